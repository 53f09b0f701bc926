import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host, HostId, HostState } from './host.ts';

/** Hosts by id, name and MAC. */
export class HostIndex {
  readonly #byId = new Map<HostId, Host>();
  readonly #byName = new Map<string, HostId>();
  readonly #byMac = new Map<MacAddress, HostId>();
  readonly #counts = new Map<HostState, number>();

  all(): readonly Host[] {
    return [...this.#byId.values()];
  }

  byId(id: HostId): Host | undefined {
    return this.#byId.get(id);
  }

  byName(name: string): Host | undefined {
    const id = this.#byName.get(name);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  byMac(mac: MacAddress): Host | undefined {
    const id = this.#byMac.get(mac);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  count(state: HostState): number {
    return this.#counts.get(state) ?? 0;
  }

  /** Puts a host in, taking out the keys of the record it replaces. */
  put(host: Host, before?: Host): void {
    this.#counts.set(host.state, this.count(host.state) + 1);
    if (before !== undefined) {
      this.#counts.set(before.state, this.count(before.state) - 1);
      this.#byName.delete(before.name);
      for (const mac of before.macs) this.#byMac.delete(mac);
    }
    this.#byId.set(host.id, host);
    this.#byName.set(host.name, host.id);
    for (const mac of host.macs) this.#byMac.set(mac, host.id);
  }
}
