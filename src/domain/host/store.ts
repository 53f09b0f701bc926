import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host, HostId } from './host.ts';

/**
 * Where hosts are kept. `save` writes the whole record and is durable when it resolves. Names, MACs and reserved
 * addresses are unique: a clash rejects with the Problem `host-exists`.
 */
export interface HostStore {
  list(): Promise<readonly Host[]>;
  get(id: HostId): Promise<Host | undefined>;
  save(host: Host): Promise<void>;
  remove(id: HostId): Promise<void>;
}

/** Hosts by what the wire shows, answered from memory: DHCP asks it for every packet. */
export interface HostDirectory {
  byMac(mac: MacAddress): Host | undefined;
  byName(name: string): Host | undefined;
  all(): readonly Host[];
}
