import { Problem } from '../../src/domain/error/problem.ts';
import type { Host, HostId } from '../../src/domain/host/host.ts';
import type { HostStore } from '../../src/domain/host/store.ts';

/** Hosts in memory, with the uniqueness that a database gives. */
export class MemoryHostStore implements HostStore {
  readonly #hosts = new Map<HostId, Host>();
  /** Set to let every write fail, as a full disk does. */
  broken = false;

  list(): Promise<readonly Host[]> {
    return Promise.resolve([...this.#hosts.values()]);
  }

  get(id: HostId): Promise<Host | undefined> {
    return Promise.resolve(this.#hosts.get(id));
  }

  async save(host: Host): Promise<void> {
    await Promise.resolve();
    if (this.broken) throw new Problem('storage-full', 'The disk is full.');
    for (const other of this.#hosts.values()) {
      if (other.id === host.id) continue;
      const clash =
        other.name === host.name ||
        other.macs.some((mac) => host.macs.includes(mac)) ||
        (host.address !== undefined && other.address === host.address);
      if (clash) throw new Problem('host-exists', `${other.name} has this name, MAC or address already.`);
    }
    this.#hosts.set(host.id, host);
  }

  remove(id: HostId): Promise<void> {
    this.#hosts.delete(id);
    return Promise.resolve();
  }
}
