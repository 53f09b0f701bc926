import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { MIN_PASSWORD_LENGTH } from '../../../domain/access/password.ts';
import { hashSecret } from '../../../domain/access/random-secret.ts';
import type { Principal } from '../../../domain/access/role.ts';
import { Problem } from '../../../domain/error/problem.ts';
import { readSessionCookie } from '../admin/session-cookie.ts';
import type { PagesDependencies } from './dependencies.ts';
import type { Views } from './views.ts';

const password = z.string().max(256).default('');
const form = z.object({ current: password, next: password, again: password });

/** `/password`: one's own password. Who signed in with a one-time password sees nothing else. */
export function showPassword(views: Views): RequestHandler {
  return (_req, res) => showForm(views, res);
}

export function changePassword({ accounts }: PagesDependencies, views: Views): RequestHandler {
  return async (req, res) => {
    const { current, next, again } = form.parse(req.body ?? {});
    try {
      if (next !== again)
        throw new Problem('input-invalid', 'The new passwords differ.', { remedy: 'Type it again.' });
      await accounts.changePassword(principalOf(res).name, current, next, sessionOf(req));
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status >= 500) throw thrown;
      await showForm(views, res, thrown);
      return;
    }
    res.redirect(303, '/');
  };
}

async function showForm(views: Views, res: Response, problem?: Problem): Promise<void> {
  const { mustChangePassword } = principalOf(res);
  await views.send(res, {
    view: 'password',
    title: 'Password',
    status: problem?.status ?? 200,
    values: { forced: mustChangePassword, problem, least: MIN_PASSWORD_LENGTH },
  });
}

function principalOf(res: Response): Principal {
  const principal = res.locals['user'] as Principal | undefined;
  if (principal?.via !== 'session') throw new Problem('forbidden', 'Only a signed-in person has a password.');
  return principal;
}

function sessionOf(req: Request): string | undefined {
  const secret = readSessionCookie(req.headers.cookie);
  return secret === undefined ? undefined : hashSecret(secret);
}
