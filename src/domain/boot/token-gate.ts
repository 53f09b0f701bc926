import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { BootToken } from '../access/boot-token.ts';
import { Problem } from '../error/problem.ts';
import type { Host, HostId } from '../host/host.ts';

/** What a token is shown for. */
export type TokenPurpose = 'kickstart' | 'facts' | 'progress' | 'ignition' | 'report';

export type TokenVerdict =
  | {
      readonly kind: 'accepted';
      readonly host: HostId;
      readonly installId: string;
      readonly firstUse: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** Who may fetch what; every use is recorded by whoever implements this. */
export interface TokenGate {
  mint(host: HostId, installId: string): Promise<BootToken>;
  authenticate(
    token: string,
    use: { readonly purpose: TokenPurpose; readonly address: string },
  ): Promise<TokenVerdict>;
  /** From now on only this address may fetch the Ignition config again. */
  bindIgnition(token: string, address: string): Promise<void>;
  revokeForHost(host: HostId): Promise<void>;
}

/** A machine that showed a good token. */
export interface AdmittedMachine {
  readonly host: Host;
  readonly firstUse: boolean;
}

/**
 * Admits a machine by its token, if the token belongs to the host's present install.
 *
 * @throws Problem `token-refused`, with nothing in it that helps to guess
 */
export async function admit(
  gate: TokenGate,
  hosts: { byId(id: HostId): Host | undefined },
  token: string,
  purpose: TokenPurpose,
  address: Ipv4Address,
): Promise<AdmittedMachine> {
  const verdict = await gate.authenticate(token, { purpose, address });
  const host = verdict.kind === 'accepted' ? hosts.byId(verdict.host) : undefined;
  if (verdict.kind === 'refused' || host?.install?.id !== verdict.installId) {
    throw new Problem('token-refused', 'This boot token is not valid (any more).');
  }
  return { host, firstUse: verdict.firstUse };
}
