import { parseMac } from '../../protocol/address/mac.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { Problem } from '../error/problem.ts';
import type { Host, HostId } from './host.ts';
import { HostIndex } from './index-by-wire.ts';
import type { HostDirectory, HostStore } from './store.ts';

/**
 * Host records, in memory for the wire and on disk for ever.
 *
 * Changes of one host run one after the other, each from the newest record, so that a report and a click at the same
 * moment cannot overwrite one another. Memory follows the disk: what was not stored is not remembered.
 */
export class HostRecords implements HostDirectory {
  readonly #store: HostStore;
  readonly #index = new HostIndex();
  readonly #queues = new Map<HostId, Promise<unknown>>();
  #revision = 0;

  private constructor(store: HostStore) {
    this.#store = store;
  }

  static async load(store: HostStore): Promise<HostRecords> {
    const records = new HostRecords(store);
    for (const host of await store.list()) records.#index.put(host);
    return records;
  }

  all(): readonly Host[] {
    return this.#index.all();
  }

  /** Grows with every change, so that whoever derives something from hosts knows when to look again. */
  get revision(): number {
    return this.#revision;
  }

  byName(name: string): Host | undefined {
    return this.#index.byName(name);
  }

  byMac(mac: MacAddress): Host | undefined {
    return this.#index.byMac(mac);
  }

  byId(id: HostId): Host | undefined {
    return this.#index.byId(id);
  }

  /** By name, or by MAC as a discovered machine has no other name a person knows. @throws Problem `host-not-found` */
  find(nameOrMac: string): Host {
    const mac = parseMac(nameOrMac);
    const host = this.byName(nameOrMac) ?? (mac === undefined ? undefined : this.byMac(mac));
    if (host === undefined) throw new Problem('host-not-found', `There is no host "${nameOrMac}".`);
    return host;
  }

  /** Changes one host from its newest record, after every change of it that began before. */
  async serially<T>(id: HostId, change: (host: Host) => Promise<T>): Promise<T> {
    const before = this.#queues.get(id) ?? Promise.resolve();
    const run = before.then(async () => {
      const host = this.byId(id);
      if (host === undefined) throw new Problem('host-not-found', 'The host was removed meanwhile.');
      return change(host);
    });
    const settled = run.catch(() => undefined);
    this.#queues.set(id, settled);
    try {
      return await run;
    } finally {
      if (this.#queues.get(id) === settled) this.#queues.delete(id);
    }
  }

  /** @param before the record it replaces; none for a new host */
  async save(host: Host, before: Host | undefined): Promise<void> {
    await this.#store.save(host);
    this.#index.put(host, before);
    this.#revision += 1;
  }

  async forget(host: Host): Promise<void> {
    await this.#store.remove(host.id);
    this.#index.remove(host);
    this.#revision += 1;
  }
}
