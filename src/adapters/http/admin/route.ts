import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Permission, Principal } from '../../../domain/access/role.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One call of a route, everything in it checked. */
export interface Call<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  /** Undefined on public routes only. */
  readonly principal: Principal | undefined;
  /** Who did it, for the event log. */
  readonly actor: string;
  readonly request: Request;
  readonly response: Response;
  /** A part of the path. */
  readonly param: (name: string) => string;
}

interface Answer {
  readonly status?: number;
  readonly schema?: z.ZodType;
  /** When the route writes its answer itself. */
  readonly contentType?: string;
}

interface RouteDescription {
  readonly method: Method;
  /** With `:name` for parameters. */
  readonly path: string;
  readonly permission: Permission;
  /** One line for the API's description. */
  readonly summary: string;
  readonly answer?: Answer;
  /** Media types of a body that the route reads itself, from the request. */
  readonly rawBody?: readonly string[];
  /** Also takes a text body of these types, handed over as `{ [field]: text }`. */
  readonly textBody?: { readonly types: readonly string[]; readonly field: string };
  /** Also takes a form, as browsers without scripts send it. */
  readonly formBody?: boolean;
}

interface RouteSpec<Query, Body> extends RouteDescription {
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** What it resolves to is sent as JSON; undefined is 204, or nothing when the answer was written already. */
  readonly handle: (call: Call<Query, Body>) => unknown;
}

/** A route whose handler takes what its own schemas made. */
export interface Route extends RouteDescription {
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly run: (call: Call<unknown, unknown>) => Promise<unknown>;
}

/** Declares a route. Who may call it is part of it: there is none without. */
export function route<Query = undefined, Body = undefined>(spec: RouteSpec<Query, Body>): Route {
  const { handle, query, body, ...description } = spec;
  return {
    ...description,
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    run: async (call) => {
      const checked = {
        ...call,
        query: query?.parse(call.query) as Query,
        body: body?.parse(call.body) as Body,
      };
      return await handle(checked);
    },
  };
}
