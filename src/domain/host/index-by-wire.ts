import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host, HostId } from './host.ts';

/** Hosts by id, name and MAC. */
export class HostIndex {
  readonly #byId = new Map<HostId, Host>();
  readonly #byName = new Map<string, HostId>();
  readonly #byMac = new Map<MacAddress, HostId>();

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

  /** Puts a host in, taking out the keys of the record it replaces. */
  put(host: Host, before?: Host): void {
    if (before !== undefined) this.remove(before);
    this.#byId.set(host.id, host);
    this.#byName.set(host.name, host.id);
    for (const mac of host.macs) this.#byMac.set(mac, host.id);
  }

  remove(host: Host): void {
    this.#byId.delete(host.id);
    this.#byName.delete(host.name);
    for (const mac of host.macs) this.#byMac.delete(mac);
  }
}
