import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { hexText } from '../../protocol/dhcp/hex.ts';
import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { uint16Option, uint32Bytes, uint32Option } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import { destinationOf } from '../../protocol/dhcp/transmit.ts';
import { bootAnswer } from './boot-options.ts';
import type { BootAnswer } from './boot-options.ts';
import { NOTHING } from './decision.ts';
import type { Decision, LeaseChange, Reply } from './decision.ts';
import { silence } from './inquiry.ts';
import type { Inquiry } from './inquiry.ts';
import type { Lease } from './lease.ts';
import type { NetworkAnswers } from './network-answers.ts';
import { bootpReply, grantReply, nakReply } from './reply.ts';

const IP_AND_UDP_HEADERS = 28;
const DEFAULT_IP_BYTES = 576;
/** Beyond an Ethernet frame the reply would be fragmented, which firmware does not reassemble. */
const MAX_IP_BYTES = 1500;
/** RFC 951: a BOOTP client's vendor area is 64 bytes after 236. */
const BOOTP_BYTES = 300;
const MIN_LEASE = 60;

/** An OFFER or ACK of an address, with the boot part when the client is a boot client. */
export function grantDecision(
  inquiry: Inquiry,
  type: number,
  address: number,
  network: NetworkAnswers,
  changes: readonly LeaseChange[],
  why: string,
): Decision {
  const { packet, client } = inquiry;
  const boot = bootPartOf(inquiry, network);
  const reply = grantReply(packet, {
    type,
    network,
    serverBytes: serverBytesOf(inquiry, network),
    yiaddr: address,
    lease: leaseSeconds(packet, network),
    hostName: hostNameOf(inquiry, address),
    boot: typeof boot === 'object' ? boot : undefined,
  });
  const told =
    typeof boot === 'object'
      ? `, and ${boot.reason}`
      : typeof boot === 'string'
        ? `, and nothing to boot: ${boot}`
        : '';
  return {
    reason: `${ipv4FromNumber(address)}, because ${why}${told}`,
    client,
    reply: envelope(inquiry, type, reply),
    changes,
    events: NOTHING,
  };
}

/** A refusal that sends the client back to DISCOVER. */
export function nakDecision(inquiry: Inquiry, message: string): Decision {
  const { packet, client, selected } = inquiry;
  const reply = nakReply(packet, serverBytesOf(inquiry, selected.network), message);
  return {
    reason: message,
    client,
    reply: envelope(inquiry, MessageType.nak, reply),
    changes: NOTHING,
    events: NOTHING,
  };
}

/** DHCPINFORM (RFC 2131 §4.3.5): configuration for an address that is the client's own; no lease, no yiaddr. */
export function answerInform(inquiry: Inquiry): Decision {
  const { packet, client, selected, reception } = inquiry;
  const address = packet.ciaddr === 0 ? reception.source.address : packet.ciaddr;
  const network = selected.link.networkOf(address) ?? selected.network;
  const boot = bootPartOf(inquiry, network);
  const reply = grantReply(packet, {
    type: MessageType.ack,
    network,
    serverBytes: serverBytesOf(inquiry, network),
    yiaddr: 0,
    lease: undefined,
    hostName: undefined,
    boot: typeof boot === 'object' ? boot : undefined,
  });
  return {
    reason: 'it has an address and asked for the configuration only',
    client,
    reply: envelope(inquiry, MessageType.ack, reply),
    changes: NOTHING,
    events: NOTHING,
  };
}

/** BOOTP (RFC 951, RFC 1534 §2): no lease can be told, so only an address that is reserved is given. */
export function answerBootp(inquiry: Inquiry): Decision {
  const { packet, client, parts, host, selected, now } = inquiry;
  for (const { address, hostName } of parts.reservations.of(client, host)) {
    const network = selected.link.networkOf(address);
    if (network === undefined || !selected.link.isFreeFor(client.key, address, now)) continue;
    const lease = leaseFor(inquiry, address, network, hostName);
    selected.link.propose(lease);
    const reply: Reply = {
      type: undefined,
      packet: bootpReply(packet, network, address, undefined),
      destination: destinationOf(packet, undefined, inquiry.reception.source),
      limit: BOOTP_BYTES,
      delayMs: 0,
    };
    return {
      reason: `${ipv4FromNumber(address)} by BOOTP, because it is reserved for this client`,
      client,
      reply,
      changes: [{ link: selected.link, lease }],
      events: NOTHING,
    };
  }
  return silence('it speaks BOOTP and no address is reserved for it', client);
}

/** The record of a grant. */
export function leaseFor(
  inquiry: Inquiry,
  address: number,
  network: NetworkAnswers,
  hostName: string | undefined,
): Lease {
  const { packet, client, now } = inquiry;
  return {
    address,
    key: client.key,
    mac: client.mac,
    clientId: client.clientId,
    uuid: client.uuid,
    hostName: hostName ?? client.hostName,
    network: network.network.name,
    state: 'active',
    starts: now,
    expires: now + leaseSeconds(packet, network) * 1000,
    circuitId: client.relay?.circuitId === undefined ? undefined : hexText(client.relay.circuitId),
    remoteId: client.relay?.remoteId === undefined ? undefined : hexText(client.relay.remoteId),
    boot: client.pxe !== undefined,
  };
}

/** The client's wish (option 51) up to what the network grants. */
function leaseSeconds(packet: DhcpPacket, network: NetworkAnswers): number {
  const granted = network.network.times.lease;
  const wish = uint32Option(packet, OptionCode.leaseTime);
  return wish === undefined ? granted : Math.min(granted, Math.max(wish, MIN_LEASE));
}

/** The inventory's name for the host that owns this address, else a configured one. */
export function hostNameOf({ parts, client, host }: Inquiry, address: number): string | undefined {
  if (host !== undefined && host.state !== 'discovered') return host.name;
  return parts.reservations.of(client, host).find((reserved) => reserved.address === address)?.hostName;
}

function bootPartOf(inquiry: Inquiry, network: NetworkAnswers): BootAnswer | string | undefined {
  const { packet, client, parts } = inquiry;
  return bootAnswer(packet, client, network, parts.boot, parts.httpPort);
}

/** Our address as this client must name it: the relay's when the relay wants to see renewals (RFC 5107 §4). */
export function serverBytesOf({ client }: Inquiry, network: NetworkAnswers): Uint8Array {
  const override = client.relay?.serverOverride;
  return override === undefined ? network.serverBytes : uint32Bytes(override);
}

/** Wraps a reply with where it goes and how large it may be. */
export function envelope(
  { packet, reception }: Inquiry,
  type: number,
  reply: DhcpPacket,
  delayMs = 0,
): Reply {
  return {
    type,
    packet: reply,
    destination: destinationOf(packet, type, reception.source),
    limit: sizeLimit(packet),
    delayMs,
  };
}

/** Option 57 counts the IP datagram (RFC 2132 §9.10) and is at least 576; smaller values are mistakes. */
function sizeLimit(packet: DhcpPacket): number {
  const wanted = uint16Option(packet, OptionCode.maxMessageSize) ?? DEFAULT_IP_BYTES;
  return Math.min(MAX_IP_BYTES, Math.max(DEFAULT_IP_BYTES, wanted)) - IP_AND_UDP_HEADERS;
}
