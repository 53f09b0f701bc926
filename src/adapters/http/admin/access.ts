import type { Request } from 'express';
import type { Accounts } from '../../../domain/access/accounts.ts';
import type { ApiTokens } from '../../../domain/access/api-tokens.ts';
import type { Principal } from '../../../domain/access/role.ts';
import type { SignIn } from '../../../domain/access/sign-in.ts';
import { isLocalSocket } from '../server/unix-socket.ts';
import { readSessionCookie } from './session-cookie.ts';

export interface Access {
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly tokens: ApiTokens;
}

const SOCKET_OWNER: Principal = {
  name: 'local administrator',
  role: 'administrator',
  via: 'socket',
  mustChangePassword: false,
};

/**
 * Who a request comes from. The UNIX socket is open to its owner only, so whoever got through is that person; a token
 * counts before a cookie, as a program that sends both means the token.
 */
export async function identify(req: Request, access: Access): Promise<Principal | undefined> {
  if (isLocalSocket(req.socket)) return SOCKET_OWNER;
  const { authorization } = req.headers;
  if (authorization !== undefined) {
    const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
    return bearer === undefined ? undefined : access.tokens.authenticate(bearer);
  }
  const secret = readSessionCookie(req.headers.cookie);
  return secret === undefined ? undefined : access.signIn.authenticate(secret);
}
