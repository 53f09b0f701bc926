import { ipv4ToNumber } from '../../protocol/address/ipv4.ts';
import { broadcastOf } from '../../protocol/address/subnet.ts';
import type { Instant } from '../time/clock.ts';
import { AddressPool } from './address-pool.ts';
import { ExpiryWheel } from './expiry-wheel.ts';
import { isHeld } from './lease.ts';
import type { Lease } from './lease.ts';
import { NetworkAnswers } from './network-answers.ts';
import type { ServedNetwork } from './network.ts';

/** An address shown to a client and held for it until it asks, in memory only. */
export interface Offer {
  readonly key: string;
  readonly address: number;
  readonly network: NetworkAnswers;
  readonly expires: Instant;
}

/** A lease not yet on disk keeps what the disk says about its address. */
interface Uncommitted {
  durable: Lease | undefined;
  pending: number;
}

/** Each costs a little memory; a flood of DISCOVERs must not cost more. */
const MAX_OFFERS = 10_000;

/**
 * One wire and everything leased on it: the networks that share it, each with its pool, and the leases and offers by
 * address and by client. A client holds at most one address per link. Every operation of a packet is constant time.
 */
export class Link {
  readonly name: string;
  readonly networks: readonly NetworkAnswers[];
  readonly #leases = new Map<number, Lease>();
  readonly #byKey = new Map<string, Lease>();
  readonly #offers = new Map<number, Offer>();
  readonly #offersByKey = new Map<string, Offer>();
  readonly #uncommitted = new Map<number, Uncommitted>();
  readonly #pools: ReadonlyMap<NetworkAnswers, AddressPool>;
  readonly #wheel = new ExpiryWheel();
  /** Never given to a client: network, broadcast, router, our own address. */
  readonly #excluded = new Set<number>();

  constructor(name: string, networks: readonly ServedNetwork[]) {
    this.name = name;
    this.networks = networks.map((network) => new NetworkAnswers(network));
    this.#pools = new Map(
      this.networks.map((answers) => [
        answers,
        new AddressPool(
          answers.network.ranges.map(
            (range) => [ipv4ToNumber(range.first), ipv4ToNumber(range.last)] as const,
          ),
        ),
      ]),
    );
    for (const { subnet, address, router } of networks) {
      this.#excluded.add(ipv4ToNumber(address));
      if (router !== undefined) this.#excluded.add(ipv4ToNumber(router));
      // RFC 3021: a /31 has no network and broadcast address.
      if (subnet.prefix >= 31) continue;
      this.#excluded.add(ipv4ToNumber(subnet.base));
      this.#excluded.add(ipv4ToNumber(broadcastOf(subnet)));
    }
  }

  networkOf(address: number): NetworkAnswers | undefined {
    return this.networks.find((network) => network.contains(address));
  }

  poolOf(network: NetworkAnswers): AddressPool {
    const pool = this.#pools.get(network);
    if (pool === undefined) throw new Error(`network ${network.network.name} is not on link ${this.name}`);
    return pool;
  }

  isExcluded(address: number): boolean {
    return this.#excluded.has(address);
  }

  leaseAt(address: number): Lease | undefined {
    return this.#leases.get(address);
  }

  /** What a client has or last had here. */
  leaseOf(key: string): Lease | undefined {
    return this.#byKey.get(key);
  }

  leases(): IterableIterator<Lease> {
    return this.#leases.values();
  }

  get leaseCount(): number {
    return this.#leases.size;
  }

  offerOf(key: string, now: Instant): Offer | undefined {
    const offer = this.#offersByKey.get(key);
    return offer !== undefined && offer.expires > now ? offer : undefined;
  }

  offerAt(address: number, now: Instant): Offer | undefined {
    const offer = this.#offers.get(address);
    return offer !== undefined && offer.expires > now ? offer : undefined;
  }

  get offerCount(): number {
    return this.#offers.size;
  }

  /** Whether no other client holds, is offered or has declined the address. */
  isFreeFor(key: string, address: number, now: Instant): boolean {
    if (this.#excluded.has(address)) return false;
    const lease = this.#leases.get(address);
    if (lease !== undefined && isHeld(lease, now) && (lease.key !== key || lease.state === 'declined'))
      return false;
    const offer = this.#offers.get(address);
    return offer === undefined || offer.key === key || offer.expires <= now;
  }

  offer(offer: Offer): void {
    const before = this.#offersByKey.get(offer.key);
    if (before !== undefined) this.withdraw(before);
    if (this.#offers.size >= MAX_OFFERS) this.#withdrawOldest();
    this.#offers.set(offer.address, offer);
    this.#offersByKey.set(offer.key, offer);
    this.poolOf(offer.network).take(offer.address);
  }

  /** Ends an offer; its address is free again unless a lease holds it. */
  withdraw(offer: Offer): void {
    if (this.#offers.get(offer.address) === offer) this.#offers.delete(offer.address);
    if (this.#offersByKey.get(offer.key) === offer) this.#offersByKey.delete(offer.key);
    const lease = this.#leases.get(offer.address);
    const held = lease !== undefined && lease.state !== 'released' && this.#wheel.has(offer.address);
    const pool = this.poolOf(offer.network);
    if (!held && pool.contains(offer.address)) pool.free(offer.address);
  }

  /** Puts a record read from the journal in; the older of two of one client loses the client's key. */
  restore(lease: Lease): void {
    const other = this.#byKey.get(lease.key);
    this.#set(lease);
    if (other !== undefined && other.expires > lease.expires) this.#byKey.set(lease.key, other);
  }

  /** Makes a record current before it is on disk. `confirm` or `revert` must follow, in the order of the calls. */
  propose(lease: Lease): void {
    const entry = this.#uncommitted.get(lease.address);
    if (entry === undefined) {
      this.#uncommitted.set(lease.address, { durable: this.#leases.get(lease.address), pending: 1 });
    } else entry.pending += 1;
    const offer = this.#offersByKey.get(lease.key);
    if (offer !== undefined) {
      this.#offers.delete(offer.address);
      this.#offersByKey.delete(offer.key);
      if (offer.address !== lease.address) this.#freeUnlessHeld(offer.address);
    }
    this.#set(lease);
  }

  /** The record is on disk. */
  confirm(lease: Lease): void {
    const entry = this.#uncommitted.get(lease.address);
    if (entry === undefined) return;
    entry.durable = lease;
    this.#settle(lease.address, entry);
  }

  /** The record did not reach the disk: once nothing is under way, the table says what the disk says. */
  revert(lease: Lease): void {
    const entry = this.#uncommitted.get(lease.address);
    if (entry !== undefined) this.#settle(lease.address, entry);
  }

  /** Moves ended leases and offers to the pools, oldest first. Called about once a second. */
  expire(now: Instant): number {
    const ended = this.#wheel.expire(now);
    for (const address of ended) this.#freeInPool(address);
    for (const offer of this.#offers.values()) {
      if (offer.expires > now) break;
      this.withdraw(offer);
    }
    return ended.length;
  }

  #settle(address: number, entry: Uncommitted): void {
    entry.pending -= 1;
    if (entry.pending > 0) return;
    this.#uncommitted.delete(address);
    const current = this.#leases.get(address);
    if (current === entry.durable) return;
    if (entry.durable !== undefined) this.#set(entry.durable);
    else if (current !== undefined) this.#remove(current);
  }

  #set(lease: Lease): void {
    const before = this.#leases.get(lease.address);
    if (before !== undefined && before.key !== lease.key && this.#byKey.get(before.key) === before) {
      this.#byKey.delete(before.key);
    }
    this.#leases.set(lease.address, lease);
    this.#byKey.set(lease.key, lease);
    if (lease.state === 'released') {
      this.#wheel.delete(lease.address);
      this.#freeInPool(lease.address);
    } else {
      this.#wheel.set(lease.address, lease.expires);
      this.#takeFromPool(lease.address);
    }
  }

  #remove(lease: Lease): void {
    this.#leases.delete(lease.address);
    if (this.#byKey.get(lease.key) === lease) this.#byKey.delete(lease.key);
    this.#wheel.delete(lease.address);
    this.#freeInPool(lease.address);
  }

  #withdrawOldest(): void {
    for (const offer of this.#offers.values()) {
      this.withdraw(offer);
      return;
    }
  }

  #freeUnlessHeld(address: number): void {
    if (!this.#wheel.has(address)) this.#freeInPool(address);
  }

  #freeInPool(address: number): void {
    const network = this.networkOf(address);
    if (network === undefined) return;
    const pool = this.poolOf(network);
    if (pool.contains(address)) pool.free(address);
  }

  #takeFromPool(address: number): void {
    const network = this.networkOf(address);
    if (network !== undefined) this.poolOf(network).take(address);
  }
}
