import express from 'express';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Principal } from '../../../domain/access/role.ts';
import { Problem } from '../../../domain/error/problem.ts';
import { boundInput } from './depth.ts';
import { permit } from './permit.ts';
import type { Route } from './route.ts';

/** Every body but an upload. A cluster file may have half a megabyte. */
const MAX_BODY = '640kb';

/** Puts a route into the app: permission first, then the body, then the handler. */
export function mount(app: Express, route: Route): void {
  const guard: RequestHandler = (_req, res, next) => {
    permit(route.permission, res.locals['user'] as Principal | undefined);
    next();
  };
  app[route.method](route.path, guard, ...bodyReaders(route), async (req, res) => {
    await answer(route, req, res);
  });
}

async function answer(route: Route, request: Request, response: Response): Promise<void> {
  const principal = response.locals['user'] as Principal | undefined;
  // POST without a body is the usual way to say `{}`.
  const body: unknown = request.body ?? {};
  if (route.body !== undefined) boundInput(body);
  const result = await route.run({
    query: request.query,
    body: wrapText(route, body),
    principal,
    actor: principal?.name ?? 'nobody',
    request,
    response,
    param: (name) => {
      const value = request.params[name];
      return typeof value === 'string' ? value : '';
    },
  });
  if (response.headersSent) return;
  if (result === undefined) response.status(204).end();
  else response.status(route.answer?.status ?? 200).json(result);
}

function bodyReaders(route: Route): readonly RequestHandler[] {
  const { rawBody, textBody, formBody, body } = route;
  if (rawBody !== undefined) return [accept(rawBody)];
  if (body === undefined) return [];
  const types = ['application/json', ...(textBody?.types ?? []), ...formTypes(formBody)];
  const readers = [accept(types), express.json({ limit: MAX_BODY, strict: true })];
  if (textBody !== undefined) readers.push(express.text({ limit: MAX_BODY, type: [...textBody.types] }));
  if (formBody === true)
    readers.push(express.urlencoded({ limit: '8kb', extended: false, parameterLimit: 20 }));
  return readers;
}

function formTypes(formBody: boolean | undefined): readonly string[] {
  return formBody === true ? ['application/x-www-form-urlencoded'] : [];
}

/** A body without a type is not read at all: the schema then says what is missing. */
function accept(types: readonly string[]): RequestHandler {
  return (req, _res, next) => {
    if (req.headers['content-type'] !== undefined && req.is([...types]) === false) {
      throw new Problem('input-invalid', `Content-Type must be ${types.join(' or ')}.`);
    }
    next();
  };
}

function wrapText(route: Route, body: unknown): unknown {
  return route.textBody !== undefined && typeof body === 'string' ? { [route.textBody.field]: body } : body;
}
