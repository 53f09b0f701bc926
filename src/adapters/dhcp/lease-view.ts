import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import type { Instant } from '../../domain/time/clock.ts';

/** A lease as the API shows it. */
export interface LeaseView {
  readonly address: Ipv4Address;
  readonly mac: MacAddress | undefined;
  readonly clientId: string | undefined;
  readonly uuid: string | undefined;
  readonly hostName: string | undefined;
  readonly network: string;
  readonly state: 'active' | 'released' | 'declined' | 'expired';
  readonly starts: Instant;
  readonly expires: Instant;
}

/** What a person sees of a lease at a moment: the engine does not mark a lease when it ends. */
export function viewOf(lease: Lease, now: Instant): LeaseView {
  const expired = lease.state === 'active' && lease.expires <= now;
  return {
    address: ipv4FromNumber(lease.address),
    mac: lease.mac,
    clientId: lease.clientId,
    uuid: lease.uuid,
    hostName: lease.hostName,
    network: lease.network,
    state: expired ? 'expired' : lease.state,
    starts: lease.starts,
    expires: lease.expires,
  };
}
