import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetadataStore } from '../../domain/media/store.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { removeNamed, sweep } from './staging.ts';

export interface LibraryOptions<T extends { readonly name: string }> {
  /** Where the files are, one directory per name. Made when missing. */
  readonly directory: string;
  readonly store: MetadataStore<T>;
  readonly clock: Clock;
  /** Bytes that an import leaves free on the disk, for the database. Default 512 MiB. */
  readonly reserve?: number | undefined;
}

/** What was found at start that is not as it should be. */
export interface LibraryFindings {
  /** Complete directories that the store did not know: an import was cut off after its last step. Added now. */
  readonly adopted: readonly string[];
  /** Records whose files are gone. They are kept; removing or importing them again is for a person to decide. */
  readonly missing: readonly string[];
  /** Directories that are not ours, or whose manifest cannot be read. They are left alone. */
  readonly foreign: readonly string[];
}

const RESERVE = 512 * 1024 * 1024;

/** What the libraries of media and of images share: records in memory, one change at a time, order made at start. */
export abstract class Library<T extends { readonly name: string }> {
  protected readonly directory: string;
  protected readonly store: MetadataStore<T>;
  protected readonly clock: Clock;
  protected readonly reserve: number;
  readonly #records = new Map<string, T>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LibraryOptions<T>) {
    this.directory = options.directory;
    this.store = options.store;
    this.clock = options.clock;
    this.reserve = options.reserve ?? RESERVE;
  }

  protected abstract readonly manifestName: string;
  /** Reads a record from its manifest; throws when it is none. */
  protected abstract parseManifest(text: string): T;

  /** Deletes what was left half done, and compares directories with records. Call once, before anything else. */
  async start(): Promise<LibraryFindings> {
    const names = await sweep(this.directory);
    const records = await this.store.list();
    const known = new Set(records.map((one) => one.name));
    const adopted: string[] = [];
    const foreign: string[] = [];
    for (const record of records) this.#records.set(record.name, record);
    for (const name of names) {
      if (known.has(name)) continue;
      const record = await this.#manifestOf(name);
      if (record?.name === name) {
        await this.store.add(record);
        this.#records.set(name, record);
        adopted.push(name);
      } else {
        foreign.push(name);
      }
    }
    const missing = records.map((one) => one.name).filter((name) => !names.includes(name));
    return { adopted, missing, foreign };
  }

  /** All records, by name. From memory: boot plans ask for it. */
  list(): readonly T[] {
    return [...this.#records.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): T | undefined {
    return this.#records.get(name);
  }

  has(name: string): boolean {
    return this.#records.has(name);
  }

  /** Takes a name out of the library, with its files. Says whether there was one. */
  remove(name: string): Promise<boolean> {
    return this.exclusively(async () => {
      if (!this.#records.has(name)) return false;
      await this.store.remove(name);
      this.#records.delete(name);
      this.forget(name);
      await removeNamed(this.directory, name);
      return true;
    });
  }

  /** Called when a name is gone, to drop what is cached of it. */
  protected abstract forget(name: string): void;

  protected remember(record: T): T {
    this.#records.set(record.name, record);
    return record;
  }

  /** Runs one change after the other: two imports at once would only halve each other's disk. */
  protected exclusively<R>(change: () => Promise<R>): Promise<R> {
    const next = this.#last.then(change, change);
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #manifestOf(name: string): Promise<T | undefined> {
    try {
      return this.parseManifest(await readFile(join(this.directory, name, this.manifestName), 'utf8'));
    } catch {
      return undefined;
    }
  }
}
