import { refusal } from '../../../domain/access/role.ts';
import type { Permission, Principal } from '../../../domain/access/role.ts';
import { CATALOGUE } from '../../../domain/error/catalogue.ts';
import { Problem } from '../../../domain/error/problem.ts';

/** @throws Problem saying why a principal may not pass */
export function permit(permission: Permission, principal: Principal | undefined): void {
  const refused = refusal(permission, principal);
  if (refused !== undefined) throw new Problem(refused, CATALOGUE[refused].meaning);
}
