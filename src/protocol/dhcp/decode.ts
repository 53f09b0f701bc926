import { OptionCode } from './option-code.ts';
import { readUint16, readUint32 } from './option-value.ts';
import { EMPTY, FIXED_BYTES, MAGIC_COOKIE } from './packet.ts';
import type { DhcpPacket } from './packet.ts';

/** Why bytes are not a DHCP packet; counted under this name. */
export type DecodeFault =
  'too-short' | 'bad-operation' | 'bad-hardware-length' | 'no-cookie' | 'truncated-option';

const SNAME_AT = 44;
const FILE_AT = 108;
const OPTIONS_AT = FIXED_BYTES + 4;
const OVERLOAD_FILE = 1;
const OVERLOAD_SNAME = 2;

/**
 * Reads a datagram. Never throws: every length is checked before it is used, and each byte is looked at once per
 * region, so the work is linear in the size of the datagram. Option values are views into `bytes`.
 *
 * @returns the packet, or the fault as a string
 */
export function decodePacket(bytes: Uint8Array): DhcpPacket | DecodeFault {
  if (bytes.length < OPTIONS_AT) return 'too-short';
  const op = bytes[0] ?? 0;
  if (op !== 1 && op !== 2) return 'bad-operation';
  const hlen = bytes[2] ?? 0;
  if (hlen > 16) return 'bad-hardware-length';
  if (readUint32(bytes, FIXED_BYTES) !== MAGIC_COOKIE) return 'no-cookie';

  const options = new Map<number, Uint8Array>();
  if (!readOptions(bytes, OPTIONS_AT, bytes.length, options)) return 'truncated-option';
  // RFC 2131 §4.1: the options field is read first, then `file`, then `sname`.
  const overload = overloadOf(options);
  if ((overload & OVERLOAD_FILE) !== 0 && !readOptions(bytes, FILE_AT, FIXED_BYTES, options))
    return 'truncated-option';
  if ((overload & OVERLOAD_SNAME) !== 0 && !readOptions(bytes, SNAME_AT, FILE_AT, options))
    return 'truncated-option';

  return {
    op,
    htype: bytes[1] ?? 0,
    hlen,
    hops: bytes[3] ?? 0,
    xid: readUint32(bytes, 4),
    secs: readUint16(bytes, 8),
    flags: readUint16(bytes, 10),
    ciaddr: readUint32(bytes, 12),
    yiaddr: readUint32(bytes, 16),
    siaddr: readUint32(bytes, 20),
    giaddr: readUint32(bytes, 24),
    chaddr: bytes.subarray(28, SNAME_AT),
    sname: (overload & OVERLOAD_SNAME) === 0 ? bytes.subarray(SNAME_AT, FILE_AT) : EMPTY,
    file: (overload & OVERLOAD_FILE) === 0 ? bytes.subarray(FILE_AT, FIXED_BYTES) : EMPTY,
    options,
  };
}

/** Option 52 of the options field; taken out, as it describes the encoding and not the message. */
function overloadOf(options: Map<number, Uint8Array>): number {
  const value = options.get(OptionCode.overload);
  if (value === undefined) return 0;
  options.delete(OptionCode.overload);
  return value.length === 1 ? (value[0] ?? 0) & 3 : 0;
}

/** Reads options of one field up to END; a missing END is tolerated, as some firmware fills the field to the last byte. */
function readOptions(bytes: Uint8Array, from: number, to: number, options: Map<number, Uint8Array>): boolean {
  let at = from;
  while (at < to) {
    const code = bytes[at++];
    if (code === OptionCode.pad) continue;
    if (code === OptionCode.end || code === undefined) return true;
    if (at >= to) return false;
    const length = bytes[at++] ?? 0;
    const after = at + length;
    if (after > to) return false;
    const value = bytes.subarray(at, after);
    at = after;
    const before = options.get(code);
    options.set(code, before === undefined ? value : concatenate(before, value));
  }
  return true;
}

/** RFC 3396 §5: every repetition is a further piece of the same option. */
function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
