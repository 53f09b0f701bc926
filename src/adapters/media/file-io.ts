import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fsyncSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { RandomAccess } from '../../protocol/iso9660/random-access.ts';
import type { Effort } from './effort.ts';

/*
 * Imports use synchronous calls on purpose: they run in their own thread, and asynchronous ones would compete for the
 * few threads of the pool with what the appliance does for hosts meanwhile.
 */

const CHUNK = 4 * 1024 * 1024;

/** Anything that takes bytes in order: a hash, for one. */
export interface Sink {
  update(bytes: Uint8Array): unknown;
}

/** An open file of known size. */
export class OpenFile implements RandomAccess {
  readonly fd: number;
  readonly size: number;
  readonly #before: Stats;

  private constructor(fd: number, before: Stats) {
    this.fd = fd;
    this.size = before.size;
    this.#before = before;
  }

  /** @returns undefined when the path is not a regular file; a link is followed only if `follow` says so */
  static open(path: string, follow = true): OpenFile | undefined {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW);
    const fd = openSync(path, flags);
    const before = fstatSync(fd);
    if (before.isFile()) return new OpenFile(fd, before);
    closeSync(fd);
    return undefined;
  }

  /** Whether somebody wrote to the file since it was opened: a download still under way, for example. */
  hasChanged(): boolean {
    const now = fstatSync(this.fd);
    return now.size !== this.#before.size || now.mtimeMs !== this.#before.mtimeMs;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.readNow(offset, length));
  }

  readNow(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const count = readSync(this.fd, buffer, at, length - at, offset + at);
      if (count === 0) break;
      at += count;
    }
    return buffer.subarray(0, at);
  }

  /** Passes a part of the file through `sinks`, piece by piece, and returns how many bytes there were. */
  pump(offset: number, length: number, sinks: readonly Sink[], effort: Effort): number {
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK, length)));
    let done = 0;
    while (done < length) {
      effort.check();
      const count = readSync(this.fd, buffer, 0, Math.min(CHUNK, length - done), offset + done);
      if (count === 0) break;
      for (const sink of sinks) sink.update(buffer.subarray(0, count));
      done += count;
    }
    return done;
  }

  /** The pieces of the file from `offset` on, each a new buffer. */
  *pieces(offset: number, length: number): Generator<Buffer> {
    for (let done = 0; done < length;) {
      const piece = this.readNow(offset + done, Math.min(CHUNK, length - done));
      if (piece.length === 0) return;
      done += piece.length;
      yield piece;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** A new file being written; never an existing one. */
export class NewFile implements Sink {
  readonly #fd: number;
  readonly #effort: Effort;

  constructor(path: string, effort: Effort) {
    this.#fd = openSync(path, 'wx', 0o644);
    this.#effort = effort;
  }

  update(bytes: Uint8Array): void {
    this.#effort.willWrite(bytes.byteLength);
    for (let at = 0; at < bytes.byteLength;) at += writeSync(this.#fd, bytes, at);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

export function writeNew(path: string, bytes: Uint8Array, effort: Effort): void {
  const file = new NewFile(path, effort);
  try {
    file.update(bytes);
  } finally {
    file.close();
  }
}

/** Size of a regular file, not following links; undefined when there is none. */
export function regularSize(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : undefined;
}

/**
 * Makes a whole tree durable. Node has no syncfs(2), but coreutils' `sync -f` is that: 0.2 s for 14,000 files, where an
 * fsync of each took 7 s. Where it is missing or fails, each file has its turn.
 */
export function syncTree(directory: string, effort: Effort): void {
  effort.check();
  const { status } = spawnSync('sync', ['-f', directory], { stdio: 'ignore' });
  if (status !== 0) syncEach(directory, effort);
}

function syncEach(directory: string, effort: Effort): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    effort.check();
    const path = join(directory, entry.name);
    if (entry.isDirectory()) syncEach(path, effort);
    else syncPath(path);
  }
  syncPath(directory);
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
