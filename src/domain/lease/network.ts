import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
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

/** How a reservation recognises its client. Bytes of identifiers are lower-case hex. */
export type ReservationMatch =
  | { readonly by: 'mac'; readonly mac: MacAddress }
  | { readonly by: 'client-id'; readonly clientId: string }
  | { readonly by: 'uuid'; readonly uuid: string }
  /** Option 82: whoever is behind this port of this relay. One of the two is enough. */
  | {
      readonly by: 'relay-port';
      readonly circuitId?: string | undefined;
      readonly remoteId?: string | undefined;
    };

/** An address that is kept for one client, inside or outside the ranges. */
export interface Reservation {
  readonly match: ReservationMatch;
  readonly address: Ipv4Address;
  readonly hostName?: string | undefined;
}

/** Bounds on leases to machines that the inventory does not know: an attacker makes MAC addresses for free. */
export interface LeaseLimits {
  /** New leases that one interface or relay may take at once, and per second after that. */
  readonly interfaceBurst: number;
  readonly interfacePerSecond: number;
  /** The same for one switch port, known by option 82. */
  readonly portBurst: number;
  readonly portPerSecond: number;
  /** Share of the ranges, 0 to 1, that only hosts of the inventory may take. */
  readonly knownShare: number;
}

/**
 * A port gets 64 at once, more than the machines behind any real port. An interface is not limited: powering a whole
 * room on looks the same as an attack, and `knownShare` keeps addresses for the hosts that matter.
 */
export const DEFAULT_LIMITS: LeaseLimits = {
  interfaceBurst: Number.POSITIVE_INFINITY,
  interfacePerSecond: Number.POSITIVE_INFINITY,
  portBurst: 64,
  portPerSecond: 1,
  knownShare: 0.05,
};

/** A subnet that the appliance serves, every default filled in. */
export interface ServedNetwork {
  readonly name: string;
  /** Device whose wire this network is on; absent for networks reached through relays only. */
  readonly interface?: string | undefined;
  /** Networks of one name are on one wire behind their relays; networks on one interface are so anyway. */
  readonly sharedNetwork?: string | undefined;
  readonly subnet: Subnet;
  /** The appliance's own address as machines here reach it. */
  readonly address: Ipv4Address;
  readonly dhcp: DhcpMode;
  readonly ranges: readonly AddressRange[];
  readonly reservations?: readonly Reservation[] | undefined;
  readonly router?: Ipv4Address | undefined;
  readonly dns: readonly Ipv4Address[];
  readonly ntp: readonly Ipv4Address[];
  readonly domain?: string | undefined;
  readonly times: LeaseTimes;
  /** siaddr. */
  readonly nextServer: Ipv4Address;
  readonly options: readonly ConfiguredOption[];
  /** Whether an address is probed before it is offered to a client that did not have it. Default true. */
  readonly probe?: boolean | undefined;
  /** Milliseconds before a proxyDHCP offer; default 100. */
  readonly proxyDelay?: number | undefined;
  readonly limits?: Partial<LeaseLimits> | undefined;
}
