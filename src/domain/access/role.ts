/** What a person or a program may do: an administrator everything, a viewer look. */
export type Role = 'administrator' | 'viewer';

/**
 * What a route asks for:
 * - `public`: nothing; only what reveals nothing;
 * - `self`: being signed in, even with a one-time password, to act on one's own session and password;
 * - `read`: any role;
 * - `write`: an administrator.
 */
export type Permission = 'public' | 'self' | 'read' | 'write';

/** Who a request comes from, once that is proven. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
  /** `socket`: the owner of the appliance's UNIX socket; `session`: a cookie, open to cross-site forgery; `token`: HEARTH_TOKEN. */
  readonly via: 'socket' | 'session' | 'token';
  /** The password was made for one use: nothing but changing it is allowed. */
  readonly mustChangePassword: boolean;
}

type Refusal = 'sign-in-required' | 'forbidden' | 'password-change-required';

/** Why a request may not pass; undefined when it may. */
export function refusal(permission: Permission, principal: Principal | undefined): Refusal | undefined {
  if (permission === 'public') return undefined;
  if (principal === undefined) return 'sign-in-required';
  if (permission === 'self') return undefined;
  if (principal.mustChangePassword) return 'password-change-required';
  return permission === 'read' || principal.role === 'administrator' ? undefined : 'forbidden';
}
