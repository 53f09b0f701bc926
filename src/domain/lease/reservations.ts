import { ipv4ToNumber } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host } from '../host/host.ts';
import type { HostDirectory } from '../host/store.ts';
import type { Instant } from '../time/clock.ts';
import type { Client } from './client.ts';
import type { Reservation, ServedNetwork } from './network.ts';

/** An address kept for a client. */
export interface Reserved {
  readonly address: number;
  readonly hostName: string | undefined;
}

/** What DHCP asks of the inventory. `revision`, when offered, changes with every change of a host and saves re-reading. */
export type HostSource = HostDirectory & { readonly revision?: number };

const REREAD_AFTER = 1000;

/**
 * Which addresses are kept for whom: the hosts of the inventory first, then the reservations in the configuration. The
 * inventory is indexed by address and UUID here and re-read at most once a second; a host's own record is always read
 * fresh by its MAC, so a reservation made a moment ago already counts for its owner.
 */
export class Reservations {
  readonly #hosts: HostSource;
  readonly #byMac = new Map<string, Reserved[]>();
  readonly #byClientId = new Map<string, Reserved[]>();
  readonly #byUuid = new Map<string, Reserved[]>();
  readonly #byPort: (Reserved & {
    readonly circuitId?: string | undefined;
    readonly remoteId?: string | undefined;
  })[] = [];
  readonly #configured = new Set<number>();
  #hostByAddress = new Map<number, Host>();
  #hostByUuid = new Map<string, Host>();
  #readAt: Instant = Number.NEGATIVE_INFINITY;
  #revision: number | undefined;

  constructor(hosts: HostSource, networks: readonly ServedNetwork[]) {
    this.#hosts = hosts;
    for (const network of networks)
      for (const reservation of network.reservations ?? []) this.#add(reservation);
  }

  /** The inventory's record of a client: by MAC, else by the UUID that firmware sends. */
  hostOf(client: Client, now: Instant): Host | undefined {
    const byMac = client.mac === undefined ? undefined : this.#hosts.byMac(client.mac);
    if (byMac !== undefined || client.uuid === undefined) return byMac;
    this.#refresh(now);
    return this.#hostByUuid.get(client.uuid);
  }

  /** Every address kept for a client, the most specific first. One of them lies on the client's link, or none. */
  of(client: Client, host: Host | undefined): readonly Reserved[] {
    const found: Reserved[] = [];
    if (host?.address !== undefined) found.push({ address: ipv4ToNumber(host.address), hostName: host.name });
    if (this.#configured.size === 0) return found;
    if (client.mac !== undefined) found.push(...(this.#byMac.get(client.mac) ?? []));
    if (client.clientId !== undefined) found.push(...(this.#byClientId.get(client.clientId) ?? []));
    if (client.uuid !== undefined) found.push(...(this.#byUuid.get(client.uuid) ?? []));
    if (client.relay !== undefined) found.push(...this.#byPort.filter((port) => isBehind(client, port)));
    return found;
  }

  /** Whether an address is kept for someone, whoever that is. The caller has already looked whether it is the client. */
  isReserved(address: number, now: Instant): boolean {
    if (this.#configured.has(address)) return true;
    this.#refresh(now);
    return this.#hostByAddress.has(address);
  }

  /** Makes the next question re-read the inventory. */
  invalidate(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
    this.#revision = undefined;
  }

  #refresh(now: Instant): void {
    const { revision } = this.#hosts;
    if (revision !== undefined && revision === this.#revision) return;
    // A clock set back must not freeze the index.
    if (revision === undefined && now - this.#readAt < REREAD_AFTER && now >= this.#readAt) return;
    this.#readAt = now;
    this.#revision = revision;
    this.#hostByAddress = new Map();
    this.#hostByUuid = new Map();
    for (const host of this.#hosts.all()) {
      if (host.address !== undefined) this.#hostByAddress.set(ipv4ToNumber(host.address), host);
      if (host.uuid !== undefined) this.#hostByUuid.set(host.uuid.toLowerCase(), host);
    }
  }

  #add(reservation: Reservation): void {
    const { match } = reservation;
    const reserved: Reserved = { address: ipv4ToNumber(reservation.address), hostName: reservation.hostName };
    this.#configured.add(reserved.address);
    switch (match.by) {
      case 'mac': {
        append(this.#byMac, match.mac, reserved);
        return;
      }
      case 'client-id': {
        append(this.#byClientId, match.clientId.toLowerCase(), reserved);
        return;
      }
      case 'uuid': {
        append(this.#byUuid, match.uuid.toLowerCase(), reserved);
        return;
      }
      case 'relay-port':
        this.#byPort.push({ ...reserved, circuitId: match.circuitId, remoteId: match.remoteId });
    }
  }
}

/** Whether the inventory vouches for a client: a person accepted it. */
export function isKnown(host: Host | undefined): boolean {
  return host !== undefined && host.state !== 'discovered' && host.state !== 'released';
}

/** The MACs that share a host's reserved address. */
export function sharesHost(host: Host | undefined, mac: MacAddress | undefined): boolean {
  return host !== undefined && mac !== undefined && host.macs.includes(mac);
}

function append(map: Map<string, Reserved[]>, key: string, reserved: Reserved): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reserved]);
  else list.push(reserved);
}

function isBehind(
  client: Client,
  port: { circuitId?: string | undefined; remoteId?: string | undefined },
): boolean {
  const matches = (wanted: string | undefined, seen: Uint8Array | undefined): boolean =>
    wanted === undefined ||
    (seen !== undefined && Buffer.from(seen).toString('hex') === wanted.toLowerCase());
  if (port.circuitId === undefined && port.remoteId === undefined) return false;
  return matches(port.circuitId, client.relay?.circuitId) && matches(port.remoteId, client.relay?.remoteId);
}
