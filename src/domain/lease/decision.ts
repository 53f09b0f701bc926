import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import type { Destination } from '../../protocol/dhcp/transmit.ts';
import type { NewEvent } from '../event/event.ts';
import type { Sighting } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';
import type { Client } from './client.ts';
import type { Lease } from './lease.ts';
import type { Link } from './link.ts';

/** How a packet reached us. */
export interface Reception {
  readonly device: string;
  /** Local port: 67 or 4011. */
  readonly port: number;
  readonly source: { readonly address: number; readonly port: number };
  readonly now: Instant;
}

export interface Reply {
  readonly type: number | undefined;
  readonly packet: DhcpPacket;
  readonly destination: Destination;
  /** Largest DHCP message the client takes, in bytes. */
  readonly limit: number;
  readonly delayMs: number;
}

/** A record that must be on disk before the reply leaves, and the table that must be told how that went. */
export interface LeaseChange {
  readonly link: Link;
  readonly lease: Lease;
}

/** An address to look for on the wire before it is offered. */
export interface ProbeWish {
  readonly address: number;
  /** Goes on with the packet once it is known whether someone answered. */
  readonly resume: (occupied: boolean, now: Instant) => Decision;
}

/** What a packet leads to. Without a reply the server stays silent, and `reason` says why. */
export interface Decision {
  readonly reason: string;
  readonly client: Client | undefined;
  readonly reply?: Reply | undefined;
  readonly changes: readonly LeaseChange[];
  readonly events: readonly NewEvent[];
  readonly probe?: ProbeWish | undefined;
  readonly sighting?: (Sighting & { readonly hostName?: string | undefined }) | undefined;
}

export const NOTHING: readonly never[] = [];
