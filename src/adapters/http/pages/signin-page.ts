import type { RequestHandler } from 'express';
import { CATALOGUE } from '../../../domain/error/catalogue.ts';
import { expiredSessionCookie, readSessionCookie } from '../admin/session-cookie.ts';
import type { PagesDependencies } from './dependencies.ts';
import { wantsPart } from './views.ts';
import type { Views } from './views.ts';

/** `/signin`: the form goes to the API, which sends the browser on. */
export function signInPage(views: Views): RequestHandler {
  return async (req, res) => {
    if (wantsPart(req)) {
      // The session ended while a page was open: the whole page must change, not a part of it.
      res.setHeader('HX-Redirect', '/signin');
      res.status(204).end();
      return;
    }
    const { failed, next } = req.query;
    await views.send(res, {
      view: 'signin',
      title: 'Sign in',
      values: {
        failed: typeof failed === 'string' ? failureText(failed) : undefined,
        next: typeof next === 'string' ? next.slice(0, 2000) : '/',
      },
    });
  };
}

export function signOut({ signOut: end }: PagesDependencies): RequestHandler {
  return async (req, res) => {
    const secret = readSessionCookie(req.headers.cookie);
    if (secret !== undefined) await end?.(secret);
    res.setHeader('Set-Cookie', expiredSessionCookie());
    res.redirect(303, '/signin');
  };
}

/** Only texts of ours are shown: the address line is anyone's to write. */
function failureText(code: string): string {
  const known = code === 'too-many-attempts' ? CATALOGUE[code] : CATALOGUE['sign-in-failed'];
  return known.meaning;
}
