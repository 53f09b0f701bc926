import { z } from 'zod';
import type { ApiToken } from '../../../../domain/access/api-token.ts';
import type { User } from '../../../../domain/access/user.ts';
import type { Access } from '../access.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { emptySchema } from './shared-input.ts';

const role = z.enum(['administrator', 'viewer'], 'must be administrator or viewer');
const userSchema = z.looseObject({ name: z.string(), role }).meta({ id: 'User' });
const tokenSchema = z.looseObject({ id: z.string(), name: z.string(), role }).meta({ id: 'Token' });

/** People and the tokens of programs. */
export function peopleRoutes({ accounts, tokens }: Access): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/users',
      permission: 'write',
      summary: 'All users.',
      answer: { schema: z.array(userSchema) },
      handle: async () => (await accounts.list()).map(userView),
    }),
    route({
      method: 'post',
      path: '/api/v1/users',
      permission: 'write',
      summary: 'Adds a user; the answer holds a password for one use.',
      body: z.strictObject({ name: z.string().max(64), role }),
      answer: { status: 201, schema: z.object({ name: z.string(), role, password: z.string() }) },
      handle: async ({ body, actor }) => ({ ...body, password: await accounts.add(body, actor) }),
    }),
    route({
      method: 'patch',
      path: '/api/v1/users/:name',
      permission: 'write',
      summary: 'Changes the role of a user.',
      body: z.strictObject({ role }),
      handle: ({ param, body, actor }) => accounts.setRole(param('name'), body.role, actor),
    }),
    route({
      method: 'post',
      path: '/api/v1/users/:name/password',
      permission: 'write',
      summary: 'Gives a user a new password for one use and ends the sessions.',
      body: emptySchema,
      answer: { schema: z.object({ name: z.string(), password: z.string() }) },
      handle: async ({ param, actor }) => ({
        name: param('name'),
        password: await accounts.resetPassword(param('name'), actor),
      }),
    }),
    route({
      method: 'delete',
      path: '/api/v1/users/:name',
      permission: 'write',
      summary: 'Removes a user and ends the sessions.',
      handle: ({ param, actor }) => accounts.remove(param('name'), actor),
    }),
    route({
      method: 'get',
      path: '/api/v1/tokens',
      permission: 'write',
      summary: 'All tokens of programs.',
      answer: { schema: z.array(tokenSchema) },
      handle: async () => (await tokens.list()).map(tokenView),
    }),
    route({
      method: 'post',
      path: '/api/v1/tokens',
      permission: 'write',
      summary: 'Makes a token for a program; it is shown this once.',
      body: z.strictObject({
        name: z.string().regex(/^[\w. -]{1,64}$/, 'must be 1 to 64 letters, digits, spaces, dots and dashes'),
        role,
        lifetimeSeconds: z
          .int()
          .min(60)
          .max(10 * 366 * 86_400)
          .optional(),
      }),
      answer: { status: 201, schema: tokenSchema.extend({ token: z.string() }).meta({ id: 'NewToken' }) },
      handle: async ({ body, actor }) => {
        const { record, token } = await tokens.create(body, actor);
        return { ...tokenView(record), token };
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/tokens/:id',
      permission: 'write',
      summary: 'Makes a token void.',
      handle: ({ param, actor }) => tokens.remove(param('id'), actor),
    }),
  ];
}

function userView({ name, role, mustChangePassword, createdAt }: User): object {
  return { name, role, mustChangePassword, createdAt };
}

function tokenView({ id, name, role, createdBy, createdAt, expiresAt, lastUsedAt }: ApiToken): object {
  return { id, name, role, createdBy, createdAt, expiresAt, lastUsedAt };
}
