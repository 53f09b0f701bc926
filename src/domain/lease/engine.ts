import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { messageType, textOption } from '../../protocol/dhcp/option-value.ts';
import { BOOTREQUEST } from '../../protocol/dhcp/packet.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import { PXE_PORT } from '../../protocol/dhcp/transmit.ts';
import type { NewEvent } from '../event/event.ts';
import type { Instant } from '../time/clock.ts';
import { Allocation } from './allocation.ts';
import { answerBootp, answerInform } from './answer.ts';
import { systemOf } from './boot-options.ts';
import { clientOf } from './client.ts';
import type { Decision, LeaseChange, Reception } from './decision.ts';
import { answerDecline, answerRelease } from './give-back.ts';
import type { Lease } from './lease.ts';
import { silence } from './inquiry.ts';
import type { EngineParts, EngineSettings, Inquiry } from './inquiry.ts';
import { answerDiscover } from './discover.ts';
import { answerProxy } from './proxy.ts';
import { answerRequest } from './request.ts';
import { Reservations } from './reservations.ts';
import { isRivalProbe, RivalWatch } from './rival.ts';
import type { Rival } from './rival.ts';
import { Links } from './subnet-selection.ts';

/**
 * The DHCP server as a state machine: packets in, decisions out. No socket, disk or clock. It keeps the leases in
 * memory; the caller makes `changes` durable and says with `confirm` or `revert` how that went, and only then lets the
 * reply leave.
 */
export class LeaseEngine {
  readonly #parts: EngineParts;

  constructor(settings: EngineSettings) {
    const reservations = new Reservations(settings.hosts, settings.networks);
    this.#parts = {
      ...settings,
      links: new Links(settings.networks),
      reservations,
      allocation: new Allocation(reservations),
      rivals: new RivalWatch(settings.networks),
    };
  }

  /** Puts the journal's records in, once, before the first packet. Records of networks no longer served are left out. */
  load(leases: Iterable<Lease>): number {
    let count = 0;
    for (const lease of leases) {
      const selected = this.#parts.links.containing(lease.address);
      if (selected === undefined) continue;
      selected.link.restore(lease);
      count += 1;
    }
    return count;
  }

  /** Decides what a packet leads to. Never throws for anything a packet holds. */
  handle(packet: DhcpPacket, reception: Reception): Decision {
    if (packet.op !== BOOTREQUEST) return silence('it is a reply of another server, not a request');
    const client = clientOf(packet);
    if (client === undefined) return silence('it names neither a hardware address nor a client identifier');
    if (isRivalProbe(packet)) return silence("it is this appliance's own search for other servers");
    const selected = this.#parts.links.select(packet, client, reception.device);
    if (typeof selected === 'string') return silence(selected, client);
    const { now } = reception;
    const host = this.#parts.reservations.hostOf(client, now);
    const inquiry: Inquiry = { packet, reception, parts: this.#parts, selected, client, host, now };
    const { dhcp, name } = selected.network.network;
    if (dhcp === 'off') return silence(`DHCP is off on ${name}`, client);
    const decision =
      dhcp === 'proxy' || reception.port === PXE_PORT ? answerProxy(inquiry) : answerAuthoritative(inquiry);
    return withSighting(inquiry, decision);
  }

  /** The records are on disk. */
  confirm(changes: readonly LeaseChange[]): void {
    for (const { link, lease } of changes) link.confirm(lease);
  }

  /** The records are not on disk, and nobody was told of them. */
  revert(changes: readonly LeaseChange[]): void {
    for (const { link, lease } of changes) link.revert(lease);
  }

  /** Frees what has ended. Call it about once a second. */
  expire(now: Instant): number {
    let ended = 0;
    for (const link of this.#parts.links.all) ended += link.expire(now);
    return ended;
  }

  /** Makes the next packet re-read the inventory's reservations. */
  hostsChanged(): void {
    this.#parts.reservations.invalidate();
    for (const link of this.#parts.links.all)
      for (const network of link.networks) link.poolOf(network).rewind();
  }

  *leases(): Generator<Lease> {
    for (const link of this.#parts.links.all) yield* link.leases();
  }

  /** Notes another server on a wire; gives the event when it is time to tell someone. */
  noteRival(address: number, network: string, evidence: string, now: Instant): NewEvent | undefined {
    return this.#parts.rivals.note(address, network, evidence, now);
  }

  rivals(): readonly Rival[] {
    return this.#parts.rivals.all();
  }

  /** Offers outstanding, for the status page. */
  get offerCount(): number {
    return this.#parts.links.all.reduce((sum, link) => sum + link.offerCount, 0);
  }

  /** The client's lease on whichever link it has one, the longest-lived first. */
  leaseOf(key: string): Lease | undefined {
    let best: Lease | undefined;
    for (const link of this.#parts.links.all) {
      const lease = link.leaseOf(key);
      if (lease !== undefined && (best === undefined || lease.expires > best.expires)) best = lease;
    }
    return best;
  }

  leaseAt(address: number): Lease | undefined {
    return this.#parts.links.containing(address)?.link.leaseAt(address);
  }
}

function answerAuthoritative(inquiry: Inquiry): Decision {
  const { packet } = inquiry;
  switch (messageType(packet)) {
    case MessageType.discover:
      return answerDiscover(inquiry);
    case MessageType.request:
      return answerRequest(inquiry);
    case MessageType.decline:
      return answerDecline(inquiry);
    case MessageType.release:
      return answerRelease(inquiry);
    case MessageType.inform:
      return answerInform(inquiry);
    case undefined:
      if (packet.options.has(OptionCode.messageType))
        return silence('its message type is malformed', inquiry.client);
      return answerBootp(inquiry);
    default:
      return silence('its message type is not one that a server answers', inquiry.client);
  }
}

/** Notes how the machine showed itself. Beside a site's own DHCP server, only machines that boot from us and hosts we know. */
function withSighting(inquiry: Inquiry, decision: Decision): Decision {
  const { client, host, packet, now, selected } = inquiry;
  const type = messageType(packet);
  if (client.mac === undefined || (type !== MessageType.discover && type !== MessageType.request))
    return decision;
  const ours = selected.network.network.dhcp === 'authoritative';
  if (!ours && client.pxe === undefined && host === undefined) return decision;
  return {
    ...decision,
    sighting: sightingOf(inquiry, client.mac, now, selected.network.network.name, decision),
  };
}

function sightingOf(
  { client, packet }: Inquiry,
  mac: MacAddress,
  at: Instant,
  network: string,
  decision: Decision,
): NonNullable<Decision['sighting']> {
  const given = decision.reply?.type === MessageType.ack ? decision.reply.packet.yiaddr : 0;
  return {
    at,
    network,
    mac,
    architecture: systemOf(client)?.architecture,
    uuid: client.uuid,
    vendorClass: textOption(packet, OptionCode.vendorClass),
    address: given === 0 ? undefined : ipv4FromNumber(given),
    hostName: client.hostName,
  };
}
