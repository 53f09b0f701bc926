/**
 * A DHCP or BOOTP message (RFC 2131 §2). Addresses are unsigned 32-bit numbers in network order: the engine compares
 * and indexes them for every packet, and text is made only where a person reads it.
 */
export interface DhcpPacket {
  /** 1 BOOTREQUEST, 2 BOOTREPLY. */
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  /** The highest bit is BROADCAST (RFC 2131 figure 2); the others must be zero. */
  readonly flags: number;
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly giaddr: number;
  /** All 16 bytes; `hlen` of them count. */
  readonly chaddr: Uint8Array;
  /** Server host name field, 64 bytes; empty when it carried options (overload). */
  readonly sname: Uint8Array;
  /** Boot file field, 128 bytes; empty when it carried options (overload). */
  readonly file: Uint8Array;
  /** Options by code, in the order seen; pieces of one option are joined (RFC 3396). */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;
export const BROADCAST_FLAG = 0x8000;
/** Bytes before the options: the fixed fields of RFC 951. */
export const FIXED_BYTES = 236;
/** 99.130.83.99, RFC 2131 §3. */
export const MAGIC_COOKIE = 0x63825363;

export const EMPTY = new Uint8Array(0);
