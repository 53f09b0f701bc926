import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import type { Route } from './route.ts';
import { route } from './route.ts';

const problemSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) })
  .meta({ id: 'Problem', description: 'What went wrong and what to do; codes are stable.' });

/** `GET /openapi.json`, made from the routes themselves. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  let made: object | undefined;
  return route({
    method: 'get',
    path: '/openapi.json',
    permission: 'read',
    summary: 'This description.',
    answer: { contentType: 'application/json' },
    handle: () => (made ??= describe(routes, version)),
  });
}

/** The API as OpenAPI 3.1. */
function describe(routes: readonly Route[], version: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const one of routes) {
    const path = one.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method]: operation(one) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Hearth', version, description: 'The administration of a Hearth appliance.' },
    security: [{ token: [] }, { session: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-hearth' },
      },
    },
    paths,
  });
}

function operation(one: Route): ZodOpenApiOperationObject {
  const { query, body, answer, rawBody, textBody } = one;
  const names = [...one.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const content: Record<string, { schema: z.ZodType }> = {};
  if (body !== undefined) content['application/json'] = { schema: body };
  for (const type of textBody?.types ?? []) content[type] = { schema: z.string() };
  for (const type of rawBody ?? []) content[type] = { schema: z.string().meta({ format: 'binary' }) };
  const schema = answer?.schema ?? (answer?.contentType === undefined ? undefined : z.string());
  const status = answer?.status ?? (answer === undefined ? 204 : 200);
  return {
    summary: one.summary,
    description: `Needs: ${one.permission}.`,
    ...(one.permission === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(names.length === 0
        ? {}
        : { path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }),
      ...(query instanceof z.ZodObject ? { query } : {}),
    },
    ...(Object.keys(content).length === 0 ? {} : { requestBody: { content } }),
    responses: {
      [`${status}` as '200']: {
        description: 'Done.',
        ...(schema === undefined
          ? {}
          : { content: { [answer?.contentType ?? 'application/json']: { schema } } }),
      },
      default: { description: 'A problem.', content: { 'application/json': { schema: problemSchema } } },
    },
  };
}
