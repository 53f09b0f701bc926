import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';

/** A member of a tar archive. Its path is relative, without `.` or empty parts, and never leaves the archive. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'special';
  readonly size: number;
  /** Target of a symbolic or hard link as written. */
  readonly target: string;
  /** Where the content begins in the unpacked archive. */
  readonly offset: number;
  readonly content: AsyncIterable<Buffer>;
}

const MOST_ENTRIES = 5_000_000;
const MOST_PATH = 4096;

/**
 * Iterates an archive. Every name is checked, also those that nobody wants: an archive that tries to leave its
 * directory is hostile as a whole.
 *
 * @throws Problem when it is no tar, is cut short, or holds a hostile name
 */
export async function* tarEntries(bytes: AsyncIterable<Buffer>, subject: Subject): AsyncGenerator<TarEntry> {
  const parser = extract();
  const feeding = pipeline(Readable.from(bytes), parser);
  // Whoever iterates meets the error; nothing must meet it before.
  feeding.catch(() => undefined);
  let count = 0;
  try {
    for await (const entry of parser) {
      count += 1;
      if (count > MOST_ENTRIES)
        throw invalid(subject, `An archive in it has more than ${MOST_ENTRIES} entries.`);
      const tarEntry = describe(entry.header, entry, subject);
      if (tarEntry !== undefined) yield tarEntry;
      entry.resume();
    }
    await feeding;
  } catch (error) {
    throw asInvalid(error, subject);
  } finally {
    parser.destroy();
  }
}

/** A member's path, made relative; undefined for the root itself. */
export function checkedPath(name: string, subject: Subject): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || name.includes('\0') || parts.includes('..') || name.length > MOST_PATH)
    throw invalid(subject, `It contains the hostile path ${JSON.stringify(name.slice(0, 200))}.`);
  return parts.length === 0 ? undefined : parts.join('/');
}

function describe(header: Header, content: AsyncIterable<unknown>, subject: Subject): TarEntry | undefined {
  const path = checkedPath(header.name, subject);
  if (path === undefined) return undefined;
  return {
    path,
    type: typeOf(header.type),
    size: header.size,
    target: header.type === 'link' || header.type === 'symlink' ? header.linkname : '',
    // The type declarations of tar-stream do not know it.
    offset: 'byteOffset' in header && typeof header.byteOffset === 'number' ? header.byteOffset : 0,
    content: buffers(content),
  };
}

async function* buffers(content: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const piece of content) if (Buffer.isBuffer(piece)) yield piece;
}

function typeOf(type: Header['type']): TarEntry['type'] {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return 'file';
    case 'directory':
    case 'symlink':
    case 'link':
      return type;
    default:
      return 'special';
  }
}

const ARCHIVE_ERRORS =
  /^(Invalid tar header|Unexpected end of data|Header exceeds|Invalid header|Invalid pax)/;

/** Errors of the tar parser and of zlib become a problem of the archive; those of the system stay what they are. */
function asInvalid(error: unknown, subject: Subject): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(Z_|ZSTD_)/.test(code)) return invalid(subject, 'A compressed part of it is damaged or cut short.');
  if (ARCHIVE_ERRORS.test(error.message))
    return invalid(subject, 'It is not a complete tar archive, or not one at all.');
  return error;
}
