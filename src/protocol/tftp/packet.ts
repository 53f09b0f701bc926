import { Buffer } from 'node:buffer';

/** A TFTP option as it stood on the wire: names are compared without regard to case (RFC 2347), but echoed as spelled. */
export type TftpOption = readonly [name: string, value: string];

/** A request to read or write a file (RFC 1350 §5, options by RFC 2347). `mode` is in lower case. */
export interface TftpRequestPacket {
  readonly kind: 'rrq' | 'wrq';
  readonly filename: string;
  readonly mode: string;
  readonly options: readonly TftpOption[];
}

export type TftpPacket =
  | TftpRequestPacket
  | { readonly kind: 'data'; readonly block: number; readonly bytes: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'oack'; readonly options: readonly TftpOption[] };

/** Error codes of RFC 1350 appendix and RFC 2347 (8). */
export const TFTP_ERROR = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransferId: 5,
  optionsRefused: 8,
} as const;

const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** What precedes the bytes of a DATA packet. */
export const DATA_HEADER = 4;

// RFC 2347 allows 512 octets. iPXE and GRUB send longer ones when a path is long, so one Ethernet frame is the bound.
const MAX_REQUEST = 1472;
const MAX_OPTIONS = 32;
const MAX_MESSAGE = 512;

/** One NUL-terminated string of a packet and where the next one starts. */
interface Field {
  readonly bytes: Buffer;
  readonly next: number;
}

function fieldAt(bytes: Buffer, start: number): Field | undefined {
  if (start >= bytes.length) return undefined;
  const end = bytes.indexOf(0, start);
  return end === -1 ? undefined : { bytes: bytes.subarray(start, end), next: end + 1 };
}

/** Pairs until the first incomplete or empty one: some firmware pads requests behind the last option. */
function optionsFrom(bytes: Buffer, start: number): TftpOption[] {
  const options: TftpOption[] = [];
  let at = start;
  while (options.length < MAX_OPTIONS) {
    const name = fieldAt(bytes, at);
    if (name === undefined || name.bytes.length === 0) break;
    const value = fieldAt(bytes, name.next);
    if (value === undefined) break;
    options.push([name.bytes.toString('utf8'), value.bytes.toString('utf8')]);
    at = value.next;
  }
  return options;
}

/**
 * Old UEFI and BIOS ROMs (HP, Kontron, Jetway, Lenovo T460) read the DHCP boot file option as if it were
 * NUL-terminated: the end-of-options byte 0xFF and whatever lies behind it arrives as part of the name. 0xFF occurs in
 * no UTF-8 text, so the name ends there.
 */
function nameFrom(bytes: Buffer): string {
  const end = bytes.indexOf(0xff);
  return (end === -1 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function requestFrom(kind: 'rrq' | 'wrq', bytes: Buffer): TftpRequestPacket | undefined {
  if (bytes.length > MAX_REQUEST) return undefined;
  const filename = fieldAt(bytes, 2);
  if (filename === undefined) return undefined;
  // A mode that ends with the datagram instead of a NUL is still a mode.
  const mode = fieldAt(bytes, filename.next) ?? { bytes: bytes.subarray(filename.next), next: bytes.length };
  if (mode.bytes.length === 0) return undefined;
  return {
    kind,
    filename: nameFrom(filename.bytes),
    mode: mode.bytes.toString('latin1').toLowerCase(),
    options: optionsFrom(bytes, mode.next),
  };
}

/**
 * Reads one datagram; undefined when it is no TFTP packet. Never throws. The bytes of DATA are a view, not a copy.
 */
export function decodePacket(datagram: Uint8Array): TftpPacket | undefined {
  const bytes = Buffer.isBuffer(datagram)
    ? datagram
    : Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (bytes.length < 2) return undefined;
  const opcode = bytes.readUInt16BE(0);
  switch (opcode) {
    case OPCODE.ack:
      return bytes.length < 4 ? undefined : { kind: 'ack', block: bytes.readUInt16BE(2) };
    case OPCODE.data:
      return bytes.length < DATA_HEADER
        ? undefined
        : { kind: 'data', block: bytes.readUInt16BE(2), bytes: bytes.subarray(DATA_HEADER) };
    case OPCODE.rrq:
      return requestFrom('rrq', bytes);
    case OPCODE.wrq:
      return requestFrom('wrq', bytes);
    case OPCODE.error: {
      if (bytes.length < 4) return undefined;
      // Intel boot ROMs leave the terminator of the message out.
      const end = bytes.indexOf(0, 4);
      const message = bytes.subarray(4, Math.min(end === -1 ? bytes.length : end, 4 + MAX_MESSAGE));
      return { kind: 'error', code: bytes.readUInt16BE(2), message: message.toString('utf8') };
    }
    case OPCODE.oack:
      return bytes.length > MAX_REQUEST ? undefined : { kind: 'oack', options: optionsFrom(bytes, 2) };
    default:
      return undefined;
  }
}

function header(opcode: number, second: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt16BE(opcode, 0);
  bytes.writeUInt16BE(second, 2);
  return bytes;
}

function strings(opcode: number, texts: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from([0, opcode]), ...texts.map((text) => Buffer.from(`${text}\0`, 'utf8'))]);
}

/** Writes a packet. Strings must not contain NUL; block numbers are sent modulo 65,536. */
export function encodePacket(packet: TftpPacket): Buffer {
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      return strings(OPCODE[packet.kind], [packet.filename, packet.mode, ...packet.options.flat()]);
    case 'data':
      return Buffer.concat([header(OPCODE.data, packet.block & 0xffff), packet.bytes]);
    case 'ack':
      return header(OPCODE.ack, packet.block & 0xffff);
    case 'error':
      return Buffer.concat([
        header(OPCODE.error, packet.code & 0xffff),
        Buffer.from(`${packet.message}\0`, 'utf8'),
      ]);
    case 'oack':
      return strings(OPCODE.oack, packet.options.flat());
  }
}

/** Writes the header of DATA `block` (counted from 1, rolling over to 0 after 65,535) into a packet buffer. */
export function writeDataHeader(packet: Buffer, block: number): void {
  packet[0] = 0;
  packet[1] = OPCODE.data;
  packet[2] = (block >>> 8) & 0xff;
  packet[3] = block & 0xff;
}
