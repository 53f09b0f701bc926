import { MessageType } from './message-type.ts';
import { BROADCAST_FLAG } from './packet.ts';
import type { DhcpPacket } from './packet.ts';

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
/** The PXE boot server port (PXE 2.1 §2.2.3), where a client asks after a proxyDHCP offer. */
export const PXE_PORT = 4011;
const LIMITED_BROADCAST = 0xffffffff;

/** Where a reply goes; the address is an unsigned 32-bit number. */
export interface Destination {
  readonly kind: 'relay' | 'unicast' | 'broadcast';
  readonly address: number;
  readonly port: number;
}

/**
 * The transmit decision of RFC 2131 §4.1, pure.
 *
 * A reply for a client that has no address yet is broadcast even when its BROADCAST flag is clear: reaching it by
 * unicast needs an ARP entry that we could only make with CAP_NET_ADMIN, and §4.1 allows broadcasting where link-layer
 * unicast is not possible. A NAK is always broadcast, as the client must not use the address it believes to have.
 *
 * @param type message type of the reply, undefined for BOOTP
 */
export function destinationOf(
  request: DhcpPacket,
  type: number | undefined,
  source: { readonly address: number; readonly port: number },
): Destination {
  if (request.giaddr !== 0) return { kind: 'relay', address: request.giaddr, port: SERVER_PORT };
  if (type === MessageType.nak) return { kind: 'broadcast', address: LIMITED_BROADCAST, port: CLIENT_PORT };
  if (request.ciaddr !== 0) return { kind: 'unicast', address: request.ciaddr, port: CLIENT_PORT };
  // A DHCPINFORM must carry ciaddr (§4.4.3); clients that forget it still have a source address.
  if (source.address !== 0 && request.options.get(53)?.[0] === MessageType.inform) {
    return { kind: 'unicast', address: source.address, port: source.port };
  }
  return { kind: 'broadcast', address: LIMITED_BROADCAST, port: CLIENT_PORT };
}

/**
 * The flags of a reply: the client's own, with BROADCAST set on a NAK through a relay so that the relay broadcasts it
 * (RFC 2131 §4.3.2: a client that moved cannot be reached at its address).
 */
export function replyFlags(request: DhcpPacket, type: number | undefined): number {
  return type === MessageType.nak && request.giaddr !== 0 ? request.flags | BROADCAST_FLAG : request.flags;
}
