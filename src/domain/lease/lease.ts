import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';

/**
 * - `active`: promised to the client until `expires`; past it the address may be given to another;
 * - `released`: handed back (DHCPRELEASE), kept so that the same client gets it again;
 * - `declined`: in use by someone unknown; quarantined until `expires`.
 */
export type LeaseState = 'active' | 'released' | 'declined';

/** One address and whom it was last promised to. Immutable: a change is a new record for the same address. */
export interface Lease {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Who the client is: see `client.ts`. */
  readonly key: string;
  readonly mac: MacAddress | undefined;
  /** Option 61 in hex, as last sent. */
  readonly clientId: string | undefined;
  readonly uuid: string | undefined;
  /** Option 12 as the client sent it, or the name of the host that the inventory knows. */
  readonly hostName: string | undefined;
  readonly network: string;
  readonly state: LeaseState;
  readonly starts: Instant;
  readonly expires: Instant;
  /** Option 82 sub-options in hex. */
  readonly circuitId: string | undefined;
  readonly remoteId: string | undefined;
  /** Taken by firmware or iPXE: nobody will renew it, so another card of the same host may take it over. */
  readonly boot: boolean;
}

/** Whether the address is promised or quarantined now. */
export function isHeld(lease: Lease, now: Instant): boolean {
  return lease.state !== 'released' && lease.expires > now;
}
