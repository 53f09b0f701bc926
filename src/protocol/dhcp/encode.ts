import { OptionCode } from './option-code.ts';
import { FIXED_BYTES, MAGIC_COOKIE } from './packet.ts';
import type { DhcpPacket } from './packet.ts';

/** RFC 2131 §2: a client must take 576 bytes of IP, which is 548 of DHCP after the IP and UDP headers. */
export const DEFAULT_MESSAGE_BYTES = 548;
/** RFC 951 §3: the BOOTP minimum. The in-kernel client of Linux (ipconfig) ignores shorter replies. */
export const MINIMUM_MESSAGE_BYTES = 300;

const SNAME_AT = 44;
const SNAME_BYTES = 64;
const FILE_AT = 108;
const FILE_BYTES = 128;
const OPTIONS_AT = FIXED_BYTES + 4;
const MAX_PIECE = 255;

/**
 * Writes a packet of at most `limit` bytes.
 *
 * Options go into the options field in the order of the map; what does not fit there goes into `file` and `sname` when
 * the packet does not use these (option overload, RFC 2131 §4.1), and what fits nowhere is left out, later options
 * first. Values over 255 bytes are split (RFC 3396). The relay agent information always comes last in the options
 * field (RFC 3046 §2.2), whatever else has to go.
 */
export function encodePacket(packet: DhcpPacket, limit = DEFAULT_MESSAGE_BYTES): Buffer {
  const capacity = Math.max(limit, MINIMUM_MESSAGE_BYTES);
  const bytes = Buffer.allocUnsafe(capacity);
  bytes.fill(0, 0, MINIMUM_MESSAGE_BYTES);
  writeFixed(bytes, packet);
  const relay = packet.options.get(OptionCode.relayAgentInformation);
  // END must always fit, and option 82 before it.
  const room = capacity - 1 - (relay === undefined ? 0 : sizeOf(relay));
  let at = OPTIONS_AT;
  let late: [number, Uint8Array][] | undefined;
  for (const [code, value] of packet.options) {
    if (isStructural(code)) continue;
    if (late === undefined && at + sizeOf(value) <= room) at = writeOption(bytes, at, code, value);
    else (late ??= []).push([code, value]);
  }
  if (late !== undefined) at = overflow(bytes, at, room, packet, late);
  if (relay !== undefined && at + sizeOf(relay) < capacity) {
    at = writeOption(bytes, at, OptionCode.relayAgentInformation, relay);
  }
  bytes[at++] = OptionCode.end;
  return bytes.subarray(0, Math.max(at, MINIMUM_MESSAGE_BYTES));
}

/** Codes that the encoder itself writes. */
function isStructural(code: number): boolean {
  return (
    code === OptionCode.pad ||
    code === OptionCode.end ||
    code === OptionCode.overload ||
    code === OptionCode.relayAgentInformation
  );
}

function writeFixed(bytes: Buffer, packet: DhcpPacket): void {
  bytes[0] = packet.op;
  bytes[1] = packet.htype;
  bytes[2] = packet.hlen;
  bytes[3] = packet.hops;
  writeUint32(bytes, 4, packet.xid);
  bytes[8] = packet.secs >>> 8;
  bytes[9] = packet.secs;
  bytes[10] = packet.flags >>> 8;
  bytes[11] = packet.flags;
  writeUint32(bytes, 12, packet.ciaddr);
  writeUint32(bytes, 16, packet.yiaddr);
  writeUint32(bytes, 20, packet.siaddr);
  writeUint32(bytes, 24, packet.giaddr);
  bytes.set(packet.chaddr.subarray(0, 16), 28);
  bytes.set(packet.sname.subarray(0, SNAME_BYTES), SNAME_AT);
  bytes.set(packet.file.subarray(0, FILE_BYTES), FILE_AT);
  writeUint32(bytes, FIXED_BYTES, MAGIC_COOKIE);
}

function writeUint32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function sizeOf(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / MAX_PIECE));
}

function writeOption(bytes: Buffer, at: number, code: number, value: Uint8Array): number {
  let from = 0;
  let next = at;
  do {
    const piece = Math.min(MAX_PIECE, value.length - from);
    bytes[next++] = code;
    bytes[next++] = piece;
    bytes.set(value.subarray(from, from + piece), next);
    next += piece;
    from += piece;
  } while (from < value.length);
  return next;
}

const OVERLOAD_BYTES = 3;

/**
 * Places the options that did not fit: smaller ones that still do, then `file`, then `sname` where these are unused.
 * Each field needs its own END. A value is never cut across fields: no client of ours joins such pieces.
 */
function overflow(
  bytes: Buffer,
  from: number,
  room: number,
  packet: DhcpPacket,
  late: readonly (readonly [number, Uint8Array])[],
): number {
  let at = from;
  let fileAt = isBlank(packet.file) ? FILE_AT : FIXED_BYTES;
  let snameAt = isBlank(packet.sname) ? SNAME_AT : FILE_AT;
  const canOverload = at + OVERLOAD_BYTES <= room;
  const reserve = canOverload ? OVERLOAD_BYTES : 0;
  for (const [code, value] of late) {
    const size = sizeOf(value);
    if (at + size <= room - reserve) at = writeOption(bytes, at, code, value);
    else if (!canOverload) continue;
    else if (fileAt + size < FIXED_BYTES) fileAt = writeOption(bytes, fileAt, code, value);
    else if (snameAt + size < FILE_AT) snameAt = writeOption(bytes, snameAt, code, value);
  }
  const fileUsed = fileAt > FILE_AT && fileAt < FIXED_BYTES;
  const snameUsed = snameAt > SNAME_AT && snameAt < FILE_AT;
  if (fileUsed) bytes[fileAt] = OptionCode.end;
  if (snameUsed) bytes[snameAt] = OptionCode.end;
  if (fileUsed || snameUsed) {
    at = writeOption(bytes, at, OptionCode.overload, Uint8Array.of((fileUsed ? 1 : 0) | (snameUsed ? 2 : 0)));
  }
  return at;
}

function isBlank(field: Uint8Array): boolean {
  return field.length === 0 || field.every((byte) => byte === 0);
}
