import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { OpenFile, regularSize } from './file-io.ts';
import type { Subject } from './failure.ts';
import { tarEntries } from './tar-entries.ts';

/** A run of bytes that can be read again and again. */
export interface Blob {
  readonly size: number;
  /** SHA-256 of the bytes, lower-case hex. */
  sha256(effort: Effort): string;
  /** First bytes, up to `length`. */
  start(length: number): Buffer;
  pieces(): Iterable<Buffer>;
}

/** Files by relative path, in a directory or in an uncompressed tar. */
export interface BlobSource {
  readonly kind: 'directory' | 'tar';
  get(path: string): Blob | undefined;
  /** Paths of all files; for a directory, of those at its top only. */
  paths(): readonly string[];
  close(): void;
}

/** A part of an open file. */
class FilePart implements Blob {
  readonly size: number;
  readonly #file: OpenFile;
  readonly #offset: number;

  constructor(file: OpenFile, offset: number, size: number) {
    this.#file = file;
    this.#offset = offset;
    this.size = size;
  }

  sha256(effort: Effort): string {
    const hash = createHash('sha256');
    this.#file.pump(this.#offset, this.size, [hash], effort);
    return hash.digest('hex');
  }

  start(length: number): Buffer {
    return this.#file.readNow(this.#offset, Math.min(length, this.size));
  }

  pieces(): Iterable<Buffer> {
    return this.#file.pieces(this.#offset, this.size);
  }
}

/** The files of a directory. Paths come from manifests, so they are digests and fixed names, checked by the caller. */
export function directoryBlobs(root: string): BlobSource {
  const opened: OpenFile[] = [];
  return {
    kind: 'directory',
    get(path) {
      if (regularSize(join(root, path)) === undefined) return undefined;
      const file = OpenFile.open(join(root, path), false);
      if (file === undefined) return undefined;
      opened.push(file);
      return new FilePart(file, 0, file.size);
    },
    paths: () => readdirSync(root),
    close: () => {
      for (const file of opened) file.close();
    },
  };
}

/** The files of a tar, indexed by one pass over it. Takes over `file`. */
export async function tarBlobs(file: OpenFile, subject: Subject, effort: Effort): Promise<BlobSource> {
  const parts = new Map<string, FilePart>();
  for await (const entry of tarEntries(buffers(file.pieces(0, file.size)), subject)) {
    effort.check();
    if (entry.type === 'file') parts.set(entry.path, new FilePart(file, entry.offset, entry.size));
    // docker save links a layer that is there twice.
    if (entry.type === 'symlink' || entry.type === 'link') {
      const target = join(entry.type === 'link' ? '' : join(entry.path, '..'), entry.target);
      const part = parts.get(target);
      if (part !== undefined) parts.set(entry.path, part);
    }
  }
  return {
    kind: 'tar',
    get: (path) => parts.get(path),
    paths: () => [...parts.keys()],
    close: () => file.close(),
  };
}

async function* buffers(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
