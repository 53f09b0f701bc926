import type { Ipv4Address } from '../../protocol/address/ipv4.ts';

/** Finds out whether a machine answers at an address (RFC 2131 §3.1 step 2). Rejecting means "cannot tell". */
export interface AddressProbe {
  isOccupied(address: Ipv4Address, device: string): Promise<boolean>;
}
