import { createHash } from 'node:crypto';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { OstreeError } from './error.ts';
import { ARRAY, readString, readTuple, STRING, UINT32, UINT64, writeTuple } from './gvariant.ts';
import type { Checksum } from './object-name.ts';

/** What precedes the compressed bytes of a `.filez` object. */
export interface ContentHeader {
  /** Bytes of the file when unpacked; 0 for a symbolic link. */
  readonly size: number;
  readonly mode: number;
  readonly symlinkTarget: string;
  /** Where the compressed bytes begin in the object. */
  readonly dataOffset: number;
  /** The bytes with which the checksum of the object begins. */
  readonly checksumPrefix: Buffer;
}

/** Bytes of the size field and its padding. */
const PREFIX = 8;
/** Extended attributes are what can make a header large; the kernel caps them at 64 KiB each. */
const MOST_HEADER_BYTES = 1024 * 1024;
/** Up to here an object is unpacked in memory in one go, which is several times faster than streaming small ones. */
const IN_MEMORY = 16 * 1024 * 1024;

/** How many bytes of the object hold its header, from its first 8 bytes. @throws OstreeError */
export function contentHeaderLength(start: Buffer): number {
  const length = start.length < PREFIX ? 0 : start.readUInt32BE(0);
  if (length === 0 || length > MOST_HEADER_BYTES)
    throw new OstreeError('corrupt', 'A content object has no valid header');
  return PREFIX + length;
}

/**
 * Decodes the `(tuuuusa(ayay))` header, whose numbers are big-endian. The checksum covers another header,
 * `(uuuusa(ayay))`, and the unpacked content.
 *
 * @param bytes at least the header of the object
 * @throws OstreeError
 */
export function decodeContentHeader(bytes: Buffer): ContentHeader {
  const dataOffset = contentHeaderLength(bytes);
  if (bytes.length < dataOffset) throw new OstreeError('corrupt', 'A content object ends within its header');
  const members = [UINT64, UINT32, UINT32, UINT32, UINT32, STRING, ARRAY];
  const [size, ...rest] = readTuple(bytes.subarray(PREFIX, dataOffset), members);
  const [, , mode, , target] = rest;
  const declared = size?.readBigUInt64BE(0);
  if (declared === undefined || mode === undefined || target === undefined || declared > 1n << 48n)
    throw new OstreeError('corrupt', 'A content object has no valid header');
  const header = writeTuple(members.slice(1), rest);
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(header.length, 0);
  return {
    size: Number(declared),
    mode: mode.readUInt32BE(0),
    symlinkTarget: readString(target),
    dataOffset,
    checksumPrefix: Buffer.concat([prefix, header]),
  };
}

/** Whether an object is small enough for `verifyContent`, by its header and its own size. */
export function fitsInMemory(header: ContentHeader, objectSize: number): boolean {
  return header.size <= IN_MEMORY && objectSize <= IN_MEMORY;
}

/** Verifies a whole object in memory. @throws OstreeError `corrupt` */
export function verifyContent(checksum: Checksum, object: Buffer): void {
  const header = decodeContentHeader(object);
  const hash = createHash('sha256').update(header.checksumPrefix);
  if (isRegular(header)) {
    let content: Buffer;
    try {
      // The declared size bounds what a crafted object can make us hold.
      content = inflateRawSync(object.subarray(header.dataOffset), {
        maxOutputLength: Math.max(1, header.size),
      });
    } catch {
      throw damaged(checksum);
    }
    if (content.length !== header.size) throw damaged(checksum);
    hash.update(content);
  }
  if (hash.digest('hex') !== checksum) throw damaged(checksum);
}

/** Verifies an object of any size, given the pieces that follow its header. @throws OstreeError `corrupt` */
export async function verifyContentStream(
  checksum: Checksum,
  header: ContentHeader,
  compressed: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash('sha256').update(header.checksumPrefix);
  if (isRegular(header)) {
    let size = 0;
    try {
      for await (const piece of inflate(compressed)) {
        size += piece.length;
        if (size > header.size) break;
        hash.update(piece);
      }
    } catch (error) {
      if (isDeflateError(error)) throw damaged(checksum);
      throw error;
    }
    if (size !== header.size) throw damaged(checksum);
  }
  if (hash.digest('hex') !== checksum) throw damaged(checksum);
}

async function* inflate(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const stream = createInflateRaw({ chunkSize: 256 * 1024 });
  const feeding = feed(compressed, stream);
  // The reader below meets the same error; this keeps it from being reported as unhandled before that.
  feeding.catch(() => undefined);
  try {
    for await (const piece of stream) yield piece as Buffer;
    await feeding;
  } finally {
    stream.destroy();
  }
}

async function feed(
  compressed: AsyncIterable<Uint8Array>,
  stream: ReturnType<typeof createInflateRaw>,
): Promise<void> {
  try {
    for await (const piece of compressed) {
      if (stream.destroyed) return;
      if (!stream.write(piece)) {
        await writable(stream);
      }
    }
    stream.end();
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Resolves when the stream takes more, or never will. */
function writable(stream: ReturnType<typeof createInflateRaw>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

function isDeflateError(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  );
}

function isRegular(header: ContentHeader): boolean {
  return (header.mode & 0o170000) === 0o100000;
}

function damaged(checksum: Checksum): OstreeError {
  return new OstreeError('corrupt', `Object ${checksum}.filez does not match its checksum`);
}
