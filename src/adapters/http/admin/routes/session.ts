import { z } from 'zod';
import { hashSecret } from '../../../../domain/access/random-secret.ts';
import { Problem } from '../../../../domain/error/problem.ts';
import type { Access } from '../access.ts';
import { remoteAddress } from '../remote-address.ts';
import { route } from '../route.ts';
import type { Call, Route } from '../route.ts';
import { originOf } from '../same-origin.ts';
import { expiredSessionCookie, readSessionCookie, sessionCookie } from '../session-cookie.ts';

const PATH = '/api/v1/session';
const password = z.string().min(1).max(256);
const credentials = z.strictObject({
  name: z.string().min(1).max(64),
  password,
  next: z.string().max(2000).optional().meta({ description: 'For forms: the page to go on with.' }),
});
const sessionSchema = z
  .object({
    name: z.string(),
    role: z.enum(['administrator', 'viewer']),
    via: z.enum(['socket', 'session', 'token']),
    mustChangePassword: z.boolean(),
  })
  .meta({ id: 'Session' });

/** Signing in and out, and one's own password. */
export function sessionRoutes({ accounts, signIn }: Access): readonly Route[] {
  return [
    route({
      method: 'post',
      path: PATH,
      permission: 'public',
      summary: 'Signs in: a session cookie for name and password. A form is redirected, JSON is answered.',
      body: credentials,
      formBody: true,
      answer: { schema: sessionSchema },
      handle: async (call) => {
        const { request, response, body } = call;
        // Signing a victim in under another name is a forgery too.
        if (originOf(request) === 'other')
          throw new Problem('cross-site', 'Sign in on the page of the appliance.');
        try {
          const { secret, principal } = await signIn.signIn(body.name, body.password, remoteAddress(request));
          response.setHeader('Set-Cookie', sessionCookie(secret));
          if (!isForm(call)) return principal;
          response.redirect(303, principal.mustChangePassword ? '/password' : localPage(body.next));
        } catch (thrown) {
          if (!isForm(call) || !(thrown instanceof Problem) || thrown.status >= 500) throw thrown;
          response.redirect(303, `/signin?failed=${thrown.code}`);
        }
        return undefined;
      },
    }),
    route({
      method: 'get',
      path: PATH,
      permission: 'self',
      summary: 'Who is signed in.',
      answer: { schema: sessionSchema },
      handle: ({ principal }) => principal,
    }),
    route({
      method: 'delete',
      path: PATH,
      permission: 'self',
      summary: 'Signs out.',
      handle: async ({ request, response }) => {
        const secret = readSessionCookie(request.headers.cookie);
        if (secret !== undefined) await signIn.signOut(secret);
        response.setHeader('Set-Cookie', expiredSessionCookie());
      },
    }),
    route({
      method: 'put',
      path: `${PATH}/password`,
      permission: 'self',
      summary: 'Changes one’s own password; other sessions end.',
      body: z.strictObject({ current: password, next: z.string().max(256) }),
      handle: async ({ principal, request, body }) => {
        if (principal?.via !== 'session')
          throw new Problem('forbidden', 'Only a signed-in person has a password.');
        const secret = readSessionCookie(request.headers.cookie);
        const keep = secret === undefined ? undefined : hashSecret(secret);
        await accounts.changePassword(principal.name, body.current, body.next, keep);
      },
    }),
  ];
}

function isForm(call: Call<unknown, unknown>): boolean {
  return call.request.is('application/x-www-form-urlencoded') !== false;
}

/** A page of ours; `//elsewhere` and `/\elsewhere` would lead browsers to another site. */
export function localPage(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}
