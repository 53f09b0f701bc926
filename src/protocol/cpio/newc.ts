/** One member of a cpio archive. */
export interface CpioEntry {
  /** As it is to appear, usually relative (`etc/hearth/config.ign`). */
  readonly path: string;
  /** POSIX mode with the file type bits, for example `0o100600`. */
  readonly mode: number;
  /** File content, or the target of a symbolic link. */
  readonly data: Uint8Array;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since the epoch; 0 by default, so that equal input makes equal bytes. */
  readonly mtime?: number;
}

/** What a decoded member says; numbers are always there. */
export type DecodedCpioEntry = Required<CpioEntry> & { readonly inode: number; readonly links: number };

export class CpioError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CpioError';
  }
}

const HEADER = 110;
const TRAILER = 'TRAILER!!!';
const MOST_NAME = 4096;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/**
 * Writes a newc archive (Linux Documentation/driver-api/early-userspace/buffer-format.rst), padded to 512 bytes as GNU
 * cpio does. The kernel does not make missing parents: give directories before what they hold.
 *
 * @throws CpioError for a name or size the format cannot carry
 */
export function encodeCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  let length = 0;
  const push = (part: Uint8Array): void => {
    parts.push(part);
    length += part.byteLength;
    const padding = -length & 3;
    if (padding > 0) parts.push(new Uint8Array(padding));
    length += padding;
  };
  entries.forEach((entry, index) => {
    if (entry.path === '' || entry.path === TRAILER || entry.path.includes('\0'))
      throw new CpioError(`${JSON.stringify(entry.path)} cannot be a name in a cpio archive`);
    push(header(entry, index + 1));
    push(entry.data);
  });
  push(header({ path: TRAILER, mode: 0, data: new Uint8Array(0) }, 0));
  parts.push(new Uint8Array(-length & 511));
  return Buffer.concat(parts);
}

function header(entry: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  if (name.length > MOST_NAME) throw new CpioError(`A name of ${name.length} bytes is too long`);
  const links = (entry.mode & S_IFMT) === S_IFDIR ? 2 : 1;
  const fields = [
    inode,
    entry.mode,
    entry.uid ?? 0,
    entry.gid ?? 0,
    links,
    entry.mtime ?? 0,
    entry.data.byteLength,
    ...[0, 0, 0, 0],
    name.length,
    0,
  ];
  const hex = fields.map((field) => {
    if (!Number.isInteger(field) || field < 0 || field > 0xffff_ffff)
      throw new CpioError(`${entry.path}: ${field} does not fit a cpio header`);
    return field.toString(16).padStart(8, '0');
  });
  return Buffer.concat([Buffer.from(`070701${hex.join('')}`), name]);
}

/**
 * Reads one archive from the start of `bytes`. `end` is where it stops (after the trailer, aligned to 4), because an
 * initramfs is several archives in a row.
 *
 * @throws CpioError for anything that is not newc, or is cut short
 */
export function decodeCpio(bytes: Uint8Array): { entries: DecodedCpioEntry[]; end: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: DecodedCpioEntry[] = [];
  let at = 0;
  for (;;) {
    if (at + HEADER > buffer.length) throw new CpioError('The archive ends before its trailer');
    const magic = buffer.toString('latin1', at, at + 6);
    if (magic !== '070701' && magic !== '070702') throw new CpioError(`No cpio header at byte ${at}`);
    const field = fieldReader(buffer, at);
    const nameLength = field(11);
    const size = field(6);
    const nameAt = at + HEADER;
    const dataAt = (nameAt + nameLength + 3) & ~3;
    if (nameLength < 2 || nameLength > MOST_NAME || nameAt + nameLength > buffer.length)
      throw new CpioError(`A name at byte ${at} does not fit`);
    const path = buffer.toString('utf8', nameAt, nameAt + nameLength - 1);
    if (path === TRAILER) return { entries, end: Math.min(dataAt, buffer.length) };
    if (path.includes('\0') || buffer[nameAt + nameLength - 1] !== 0)
      throw new CpioError(`A name at byte ${at} is not one string`);
    if (dataAt + size > buffer.length) throw new CpioError(`${path} is cut short`);
    entries.push({
      path,
      mode: field(1),
      uid: field(2),
      gid: field(3),
      mtime: field(5),
      data: buffer.subarray(dataAt, dataAt + size),
      inode: field(0),
      links: field(4),
    });
    at = dataAt + size + (-(dataAt + size) & 3);
  }
}

function fieldReader(buffer: Buffer, at: number): (index: number) => number {
  return (index) => {
    const start = at + 6 + index * 8;
    const text = buffer.toString('latin1', start, start + 8);
    if (!/^[0-9a-fA-F]{8}$/.test(text)) throw new CpioError(`A header at byte ${at} is not hexadecimal`);
    return Number.parseInt(text, 16);
  };
}
