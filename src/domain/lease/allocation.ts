import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import type { Host } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';
import type { Client } from './client.ts';
import type { Reception } from './decision.ts';
import { RateLimiter } from './limits.ts';
import type { NetworkAnswers } from './network-answers.ts';
import { isKnown, sharesHost } from './reservations.ts';
import type { Reservations } from './reservations.ts';
import type { Selected } from './subnet-selection.ts';

/** An address for a client. */
export interface Choice {
  readonly address: number;
  readonly network: NetworkAnswers;
  /** The client did not have this address before: someone else may. */
  readonly fresh: boolean;
  readonly why: string;
}

/** Everything the choice of an address depends on. */
export interface Question {
  readonly selected: Selected;
  readonly client: Client;
  readonly host: Host | undefined;
  readonly now: Instant;
}

/** Decides which address a client gets and whether it may have a given one. Changes nothing but the rate limits. */
export class Allocation {
  readonly #reservations: Reservations;
  readonly #limiter = new RateLimiter();

  constructor(reservations: Reservations) {
    this.#reservations = reservations;
  }

  /**
   * The address to offer (RFC 2131 §4.3.1): the one reserved, the one just offered, the one the client has or had, the
   * one it asks for, one never used, the one free for longest. Otherwise the reason why there is none.
   */
  choose(question: Question, requested: number | undefined, reception: Reception): Choice | string {
    const { client, selected, now } = question;
    const { link } = selected;
    const reserved = this.#reserved(question);
    if (reserved !== undefined) return reserved;
    const offer = link.offerOf(client.key, now);
    if (offer !== undefined && this.#mayTake(question, offer.address)) {
      return {
        address: offer.address,
        network: offer.network,
        fresh: false,
        why: 'it was offered this a moment ago',
      };
    }
    const before = link.leaseOf(client.key);
    if (before !== undefined && this.#mayTake(question, before.address)) {
      const network = link.networkOf(before.address);
      if (network !== undefined)
        return { address: before.address, network, fresh: false, why: 'it had this address before' };
    }
    const refusal = before === undefined ? this.#refusal(question, reception) : undefined;
    if (refusal !== undefined) return refusal;
    if (requested !== undefined && this.#mayTake(question, requested)) {
      const network = link.networkOf(requested);
      if (network !== undefined)
        return { address: requested, network, fresh: true, why: 'it asked for this address and it is free' };
    }
    return (
      this.#fromPools(question) ?? `every address of ${selected.network.network.name} is taken or reserved`
    );
  }

  /** Why a client may not have an address, or undefined when it may. */
  objection(question: Question, address: number): string | undefined {
    const { client, selected, now } = question;
    const { link } = selected;
    const text = ipv4FromNumber(address);
    if (link.networkOf(address) === undefined) return `${text} is not on the network this client is on`;
    const reserved = this.#reserved(question);
    if (reserved !== undefined) {
      return reserved.address === address
        ? undefined
        : `${ipv4FromNumber(reserved.address)} is reserved for this client`;
    }
    if (this.#mayTake(question, address)) return undefined;
    if (!link.isFreeFor(client.key, address, now)) return `${text} belongs to another client`;
    return this.#reservations.isReserved(address, now) ? `${text} is reserved` : `${text} is in no range`;
  }

  /** The address kept for a client, when it can be had now. */
  #reserved(question: Question): Choice | undefined {
    const { client, host, selected, now } = question;
    for (const { address } of this.#reservations.of(client, host)) {
      const network = selected.link.networkOf(address);
      if (network === undefined) continue;
      if (!selected.link.isFreeFor(client.key, address, now) && !this.#mayTakeOver(question, address))
        continue;
      const fresh =
        selected.link.leaseOf(client.key)?.address !== address &&
        selected.link.leaseAt(address) === undefined;
      return { address, network, fresh, why: 'it is reserved for this client' };
    }
    return undefined;
  }

  /**
   * Whether a client may take its host's reserved address from another card of the same host: when that lease was
   * firmware's, which nobody renews, or its holder missed a renewal. Two cards that are both up keep what they have.
   */
  #mayTakeOver({ client, host, selected, now }: Question, address: number): boolean {
    const lease = selected.link.leaseAt(address);
    if (lease?.state !== 'active' || !sharesHost(host, client.mac) || !sharesHost(host, lease.mac))
      return false;
    const renew = selected.network.network.times.renew * 1000;
    return lease.boot || now > lease.starts + renew;
  }

  #mayTake({ client, selected, now }: Question, address: number): boolean {
    const { link } = selected;
    const network = link.networkOf(address);
    if (network === undefined || network.network.dhcp !== 'authoritative') return false;
    return (
      link.poolOf(network).contains(address) &&
      link.isFreeFor(client.key, address, now) &&
      !this.#reservations.isReserved(address, now)
    );
  }

  #fromPools({ client, selected, now }: Question): Choice | undefined {
    const { link } = selected;
    const usable = (address: number): boolean =>
      link.isFreeFor(client.key, address, now) && !this.#reservations.isReserved(address, now);
    const others = link.networks.filter((network) => network !== selected.network);
    for (const network of [selected.network, ...others]) {
      if (network.network.dhcp !== 'authoritative') continue;
      const address = link.poolOf(network).pick(usable);
      if (address !== undefined) return { address, network, fresh: true, why: 'it is the next free address' };
    }
    return undefined;
  }

  /** Bounds on what machines that nobody vouched for may take. */
  #refusal({ client, host, selected, now }: Question, reception: Reception): string | undefined {
    if (isKnown(host)) return undefined;
    const { network, link } = selected;
    const { limits } = network;
    const kept = Math.floor(link.poolOf(network).size * limits.knownShare);
    if (kept > 0 && link.poolOf(network).available <= kept) {
      return `the last ${kept} addresses of ${network.network.name} are kept for registered hosts`;
    }
    const port = portName(client);
    if (port !== undefined && !this.#limiter.allow(port, limits.portBurst, limits.portPerSecond, now)) {
      return 'its switch port takes new leases faster than allowed';
    }
    const wire = `device ${reception.device} ${link.name}`;
    if (!this.#limiter.allow(wire, limits.interfaceBurst, limits.interfacePerSecond, now)) {
      return `interface ${reception.device} takes new leases faster than allowed`;
    }
    return undefined;
  }
}

function portName(client: Client): string | undefined {
  const { relay } = client;
  if (relay?.circuitId === undefined && relay?.remoteId === undefined) return undefined;
  const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
  return `port ${hex(relay.remoteId)} ${hex(relay.circuitId)}`;
}
