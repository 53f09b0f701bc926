import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { textBytes, uint32Bytes } from '../../protocol/dhcp/option-value.ts';
import { BOOTREPLY, EMPTY } from '../../protocol/dhcp/packet.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import { replyFlags } from '../../protocol/dhcp/transmit.ts';
import type { BootAnswer } from './boot-options.ts';
import type { NetworkAnswers } from './network-answers.ts';

const TYPE_BYTES: readonly Uint8Array[] = Array.from({ length: 9 }, (_, type) => Uint8Array.of(type));

/** What a reply that grants something says. */
export interface Grant {
  readonly type: number;
  readonly network: NetworkAnswers;
  /** Option 54; not the network's own address under a server override (RFC 5107). */
  readonly serverBytes: Uint8Array;
  readonly yiaddr: number;
  /** Seconds of lease; undefined for an INFORM, which must not get one (RFC 2131 §4.3.5). */
  readonly lease: number | undefined;
  readonly hostName: string | undefined;
  readonly boot: BootAnswer | undefined;
}

/**
 * An OFFER or ACK (RFC 2131 table 3). First what the protocol needs, then what the client asked for in its own order
 * (RFC 2132 §9.8), then what a boot client gets unasked. A client without a list gets everything configured.
 */
export function grantReply(request: DhcpPacket, grant: Grant): DhcpPacket {
  const { network, boot } = grant;
  const options = new Map<number, Uint8Array>();
  options.set(OptionCode.messageType, TYPE_BYTES[grant.type] ?? EMPTY);
  options.set(OptionCode.serverIdentifier, grant.serverBytes);
  if (grant.lease !== undefined) addTimes(options, network, grant.lease);
  addRequested(options, request, network, grant.hostName);
  if (boot !== undefined) for (const [code, value] of boot.options) options.set(code, value);
  echo(options, request);
  return {
    ...header(request, grant.type),
    ciaddr: grant.type === MessageType.ack ? request.ciaddr : 0,
    yiaddr: grant.yiaddr,
    siaddr: boot?.siaddr ?? network.nextServer,
    sname: boot?.sname ?? EMPTY,
    file: boot?.file ?? EMPTY,
    options,
  };
}

/** A NAK: type, server identifier and a message, nothing else (RFC 2131 table 3). */
export function nakReply(request: DhcpPacket, serverBytes: Uint8Array, message: string): DhcpPacket {
  const options = new Map<number, Uint8Array>();
  options.set(OptionCode.messageType, TYPE_BYTES[MessageType.nak] ?? EMPTY);
  options.set(OptionCode.serverIdentifier, serverBytes);
  options.set(OptionCode.message, textBytes(message.slice(0, 255)));
  echo(options, request);
  return {
    ...header(request, MessageType.nak),
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    sname: EMPTY,
    file: EMPTY,
    options,
  };
}

/** A BOOTP reply (RFC 1534 §2): configured options only, none of DHCP's own. */
export function bootpReply(
  request: DhcpPacket,
  network: NetworkAnswers,
  yiaddr: number,
  boot: BootAnswer | undefined,
): DhcpPacket {
  return {
    ...header(request, undefined),
    ciaddr: request.ciaddr,
    yiaddr,
    siaddr: boot?.siaddr ?? network.nextServer,
    sname: boot?.sname ?? EMPTY,
    file: boot?.file ?? EMPTY,
    options: new Map(network.options),
  };
}

/** A proxyDHCP answer: boot information and no address (PXE 2.1 §2.2.3). */
export function proxyReply(
  request: DhcpPacket,
  type: number,
  serverBytes: Uint8Array,
  boot: BootAnswer,
): DhcpPacket {
  const options = new Map<number, Uint8Array>();
  options.set(OptionCode.messageType, TYPE_BYTES[type] ?? EMPTY);
  options.set(OptionCode.serverIdentifier, serverBytes);
  for (const [code, value] of boot.options) options.set(code, value);
  echo(options, request);
  return {
    ...header(request, type),
    ciaddr: type === MessageType.ack ? request.ciaddr : 0,
    yiaddr: 0,
    siaddr: boot.siaddr,
    sname: boot.sname,
    file: boot.file,
    options,
  };
}

function header(
  request: DhcpPacket,
  type: number | undefined,
): Omit<DhcpPacket, 'ciaddr' | 'yiaddr' | 'siaddr' | 'sname' | 'file' | 'options'> {
  return {
    op: BOOTREPLY,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    flags: replyFlags(request, type),
    giaddr: request.giaddr,
    chaddr: request.chaddr,
  };
}

function addTimes(options: Map<number, Uint8Array>, network: NetworkAnswers, lease: number): void {
  const { times } = network.network;
  const whole = lease === times.lease;
  options.set(OptionCode.leaseTime, whole ? network.leaseBytes : uint32Bytes(lease));
  // A client that asked for less gets T1 and T2 in proportion, so that T1 < T2 < lease still holds (§4.4.5).
  const share = (time: number): Uint8Array => uint32Bytes(Math.floor((time / times.lease) * lease));
  options.set(OptionCode.renewalTime, whole ? network.renewBytes : share(times.renew));
  options.set(OptionCode.rebindingTime, whole ? network.rebindBytes : share(times.rebind));
}

function addRequested(
  options: Map<number, Uint8Array>,
  request: DhcpPacket,
  network: NetworkAnswers,
  hostName: string | undefined,
): void {
  const wanted = request.options.get(OptionCode.parameterRequestList);
  if (wanted === undefined) {
    for (const [code, value] of network.options) options.set(code, value);
    if (hostName !== undefined) options.set(OptionCode.hostName, textBytes(hostName));
    return;
  }
  for (const code of wanted) {
    if (options.has(code)) continue;
    const value =
      code === OptionCode.hostName && hostName !== undefined
        ? textBytes(hostName)
        : network.options.get(code);
    if (value !== undefined) options.set(code, value);
  }
  // A client may leave the mask out of its list and be unable to work without it (RFC 2131 §4.3.1 item 2).
  const mask = network.options.get(OptionCode.subnetMask);
  if (mask !== undefined && !options.has(OptionCode.subnetMask)) options.set(OptionCode.subnetMask, mask);
}

/** RFC 6842 §3: the client identifier goes back; RFC 3046 §2.2: so does option 82, which the encoder puts last. */
function echo(options: Map<number, Uint8Array>, request: DhcpPacket): void {
  const identifier = request.options.get(OptionCode.clientIdentifier);
  if (identifier !== undefined) options.set(OptionCode.clientIdentifier, identifier);
  const relay = request.options.get(OptionCode.relayAgentInformation);
  if (relay !== undefined) options.set(OptionCode.relayAgentInformation, relay);
}
