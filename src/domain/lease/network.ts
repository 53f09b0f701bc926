import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { Subnet } from '../../protocol/address/subnet.ts';

/** Which part of DHCP the appliance plays on a network. */
export type DhcpMode = 'authoritative' | 'proxy' | 'off';

/** An inclusive run of addresses. */
export interface AddressRange {
  readonly first: Ipv4Address;
  readonly last: Ipv4Address;
}

/** Durations in seconds, as they travel in options 51, 58 and 59. */
export interface LeaseTimes {
  readonly lease: number;
  /** T1; RFC 2131 §4.4.5 suggests half of the lease. */
  readonly renew: number;
  /** T2; RFC 2131 §4.4.5 suggests seven eighths. */
  readonly rebind: number;
  /** How long a declined address is left alone. */
  readonly decline: number;
}

/** A configured option: its code and its bytes as they go on the wire. */
export interface ConfiguredOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** A subnet that the appliance serves, every default filled in. */
export interface ServedNetwork {
  readonly name: string;
  /** Device whose wire this network is on; absent for networks reached through relays only. */
  readonly interface?: string | undefined;
  readonly subnet: Subnet;
  /** The appliance's own address as machines here reach it. */
  readonly address: Ipv4Address;
  readonly dhcp: DhcpMode;
  readonly ranges: readonly AddressRange[];
  readonly router?: Ipv4Address | undefined;
  readonly dns: readonly Ipv4Address[];
  readonly ntp: readonly Ipv4Address[];
  readonly domain?: string | undefined;
  readonly times: LeaseTimes;
  /** siaddr. */
  readonly nextServer: Ipv4Address;
  readonly options: readonly ConfiguredOption[];
}
