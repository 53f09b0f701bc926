import type { ServedFile } from '../http/content/served-file.ts';

/** A served file with its content in memory. */
export type HeldFile = ServedFile & { readonly bytes: Buffer };

/** What an entry costs beside its bytes: keys, headers, the buffer's own object. */
const OVERHEAD = 1024;

/**
 * Keeps small files in memory, least recently used ones leaving first. The hosts of a rack pull the same thousands of
 * objects at the same time, and four trips to the disk's threads for each cost more than the bytes.
 */
export class SmallFileCache {
  readonly #limit: number;
  readonly #files = new Map<string, HeldFile>();
  #bytes = 0;

  /** @param limit bytes to hold at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes held, overhead included. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string, path: string): HeldFile | undefined {
    const key = `${name}/${path}`;
    const file = this.#files.get(key);
    if (file === undefined) return undefined;
    // A map keeps the order of insertion: the last one is the one used last.
    this.#files.delete(key);
    this.#files.set(key, file);
    return file;
  }

  put(name: string, path: string, file: HeldFile): void {
    this.#drop(`${name}/${path}`);
    this.#files.set(`${name}/${path}`, file);
    this.#bytes += file.bytes.byteLength + OVERHEAD;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#drop(oldest);
    }
  }

  /** Drops everything of one name. */
  forget(name: string): void {
    for (const key of this.#files.keys()) if (key.startsWith(`${name}/`)) this.#drop(key);
  }

  #drop(key: string): void {
    const file = this.#files.get(key);
    if (file === undefined) return;
    this.#files.delete(key);
    this.#bytes -= file.bytes.byteLength + OVERHEAD;
  }
}
