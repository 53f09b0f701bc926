import type { RequestHandler } from 'express';
import { refusal } from '../../../domain/access/role.ts';
import type { Permission, Principal } from '../../../domain/access/role.ts';
import { permit } from './permit.ts';
import { isSafeMethod } from './same-origin.ts';

/** Pages that nobody must be signed in for: the sign-in page and what it is styled with. */
const PUBLIC_PAGES: readonly RegExp[] = [/^\/signin$/, /^\/static\/[^?]*$/];
/** Where a password for one use is changed, and where one signs out. */
const SELF_PAGES: readonly RegExp[] = [/^\/password$/, /^\/signout$/];

/** In front of the pages: a person who is not signed in is led to the sign-in page and back. */
export const guardPages: RequestHandler = (req, res, next) => {
  const principal = res.locals['user'] as Principal | undefined;
  const permission = permissionOf(req.method, req.path);
  const refused = refusal(permission, principal);
  if (refused === 'sign-in-required' && isNavigation(req.method, req.headers.accept)) {
    const here = req.originalUrl === '/' ? '' : `?next=${encodeURIComponent(req.originalUrl)}`;
    res.redirect(303, `/signin${here}`);
  } else if (refused === 'password-change-required' && isNavigation(req.method, req.headers.accept)) {
    res.redirect(303, '/password');
  } else {
    permit(permission, principal);
    next();
  }
};

function permissionOf(method: string, path: string): Permission {
  if (isSafeMethod(method) && PUBLIC_PAGES.some((page) => page.test(path))) return 'public';
  if (SELF_PAGES.some((page) => page.test(path))) return 'self';
  return isSafeMethod(method) ? 'read' : 'write';
}

function isNavigation(method: string, accept: string | undefined): boolean {
  return isSafeMethod(method) && (accept?.includes('text/html') ?? false);
}
