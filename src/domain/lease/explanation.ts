import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { decodePacket } from '../../protocol/dhcp/decode.ts';
import { MessageType, messageTypeName } from '../../protocol/dhcp/message-type.ts';
import { messageType } from '../../protocol/dhcp/option-value.ts';
import type { Instant } from '../time/clock.ts';
import type { Decision, Reception } from './decision.ts';
import { describeMachine, describeQuestion } from './describe-packet.ts';
import type { Lease } from './lease.ts';

/** What a machine did and was told, in plain sentences, oldest first. */
export interface Explanation {
  readonly lines: readonly string[];
}

interface Noted {
  readonly at: Instant;
  readonly device: string;
  readonly bytes: Uint8Array;
  readonly reason: string;
  readonly reply: number | undefined;
  readonly replied: boolean;
  readonly address: number;
}

const PACKETS_PER_MACHINE = 8;
const MAX_MACHINES = 2048;
/** A flood of made-up machines must neither push out the real ones nor cost the time that real ones need. */
const MAX_PER_SECOND = 256;

/**
 * The last packets of every machine, for people who ask why one does not boot. Bounded by machines and by packets; the
 * bytes are kept and read again only when someone asks.
 */
export class Explanations {
  readonly #noted = new Map<MacAddress, Noted[]>();
  #second = 0;
  #inSecond = 0;

  note(
    bytes: Uint8Array,
    decision: Decision,
    { at, device }: { at: Instant; device: Reception['device'] },
  ): void {
    const mac = decision.client?.mac;
    if (mac === undefined || !this.#hasRoom(at)) return;
    const list = this.#noted.get(mac) ?? [];
    // Deleting and setting again moves the machine to the end: the first of the map is the longest silent one.
    if (!this.#noted.delete(mac) && this.#noted.size >= MAX_MACHINES) {
      const oldest = this.#noted.keys().next().value;
      if (oldest !== undefined) this.#noted.delete(oldest);
    }
    this.#noted.set(mac, list);
    if (list.length >= PACKETS_PER_MACHINE) list.shift();
    const { reply, reason } = decision;
    list.push({
      at,
      device,
      bytes,
      reason,
      reply: reply?.type,
      replied: reply !== undefined,
      address: reply?.packet.yiaddr ?? 0,
    });
  }

  #hasRoom(at: Instant): boolean {
    const second = Math.floor(at / 1000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    this.#inSecond += 1;
    return this.#inSecond <= MAX_PER_SECOND;
  }

  /** @param lease what the machine has or had, if anything */
  explain(mac: MacAddress, lease: Lease | undefined, now: Instant): Explanation {
    const noted = this.#noted.get(mac) ?? [];
    if (noted.length === 0) {
      return {
        lines: [
          `Nothing was heard from ${mac} since the appliance started.`,
          'Check that it is powered on and set to boot from the network, and that its port is in the VLAN that Hearth serves.',
          ...leaseLines(lease, now),
        ],
      };
    }
    const last = noted.at(-1);
    const machine = last === undefined ? [] : machineLines(mac, noted);
    return {
      lines: [...machine, ...noted.flatMap(packetLines), ...leaseLines(lease, now), ...suspicion(noted)],
    };
  }
}

function machineLines(mac: MacAddress, noted: readonly Noted[]): readonly string[] {
  // Firmware says most about the machine; what runs later may say nothing.
  const packets = noted
    .map(({ bytes }) => decodePacket(bytes))
    .filter((packet) => typeof packet !== 'string');
  const descriptions = packets.map((packet) => describeMachine(packet)).filter((text) => text !== undefined);
  const description = descriptions.at(-1);
  return [description === undefined ? `${mac} does not ask for network boot.` : `${mac} ${description}.`];
}

function packetLines({ at, device, bytes, reason, reply, replied, address }: Noted): readonly string[] {
  const packet = decodePacket(bytes);
  if (typeof packet === 'string') return [];
  const asked = `${new Date(at).toISOString()} on ${device}: it sent ${describeQuestion(packet)}.`;
  const given = address === 0 ? '' : ` of ${ipv4FromNumber(address)}`;
  const told = replied
    ? `Hearth answered with ${messageTypeName(reply)}${given}: ${reason}.`
    : `Hearth did not answer: ${reason}.`;
  return [asked, told];
}

function leaseLines(lease: Lease | undefined, now: Instant): readonly string[] {
  if (lease === undefined) return [];
  const address = ipv4FromNumber(lease.address);
  const until = new Date(lease.expires).toISOString();
  if (lease.state !== 'active') return [`It gave ${address} on ${lease.network} back.`];
  return lease.expires > now
    ? [`It has ${address} on ${lease.network} until ${until}.`]
    : [`Its lease of ${address} on ${lease.network} ended at ${until}.`];
}

const SAME_QUESTION = 3;

/** What a pattern of packets points to. */
function suspicion(noted: readonly Noted[]): readonly string[] {
  const recent = noted.slice(-SAME_QUESTION);
  if (recent.length < SAME_QUESTION) return [];
  const allOffers = recent.every(({ reply, bytes }) => {
    const packet = decodePacket(bytes);
    const discover = typeof packet !== 'string' && messageType(packet) === MessageType.discover;
    return discover && reply === MessageType.offer;
  });
  if (allOffers) {
    return [
      'It asks again and again and never takes the offer: the answers do not reach it, or it waits for something they lack.',
      'Look for a switch that filters DHCP (snooping: make the port of the appliance trusted), spanning tree delay, or a relay that is not on the way back.',
    ];
  }
  if (recent.every(({ reply }) => reply === MessageType.nak)) {
    return [
      'It is refused again and again: it keeps an address that is not valid here, and firmware or a setting must be cleared.',
    ];
  }
  return [];
}
