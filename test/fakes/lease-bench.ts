import { decodePacket } from '../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../src/protocol/dhcp/encode.ts';
import { messageTypeName } from '../../src/protocol/dhcp/message-type.ts';
import type { DhcpPacket } from '../../src/protocol/dhcp/packet.ts';
import { ipv4FromNumber } from '../../src/protocol/address/ipv4.ts';
import type { Decision } from '../../src/domain/lease/decision.ts';
import { LeaseEngine } from '../../src/domain/lease/engine.ts';
import type { ServedNetwork } from '../../src/domain/lease/network.ts';
import { fakeDirectory, networkWith, planFor } from './lease-world.ts';
import type { DirectoryEntry } from './lease-world.ts';

/** What came of a packet, with the reply as the client would read it off the wire. */
export interface Outcome {
  readonly decision: Decision;
  /** `OFFER`, `ACK`, `NAK`, `BOOTP`, or `silence`. */
  readonly said: string;
  readonly address: string;
  readonly to: string;
  readonly packet: DhcpPacket | undefined;
}

/** An engine on a test bench: time stands still unless moved, and every change is durable at once unless held. */
export class LeaseBench {
  readonly engine: LeaseEngine;
  now = 1_800_000_000_000;
  device = 'eth1';
  port = 67;
  source = { address: 0, port: 68 };
  /** Addresses at which the probe finds a stranger. */
  readonly strangers = new Set<number>();

  constructor(networks: readonly ServedNetwork[] = [networkWith()], hosts: readonly DirectoryEntry[] = []) {
    const directory = fakeDirectory(hosts);
    this.engine = new LeaseEngine({
      networks,
      hosts: directory,
      boot: (request) => planFor(request, directory),
      httpPort: 8080,
    });
  }

  /** Hands a packet in, through the codec on both ways. */
  send(packet: DhcpPacket): Outcome {
    const outcome = this.propose(packet);
    this.engine.confirm(outcome.decision.changes);
    return outcome;
  }

  /** As `send`, but what the disk says is up to the test. */
  propose(packet: DhcpPacket): Outcome {
    const arrived = decodePacket(encodePacket(packet, 1472));
    if (typeof arrived === 'string') throw new Error(arrived);
    const { device, port, source, now } = this;
    let decision = this.engine.handle(arrived, { device, port, source, now });
    while (decision.probe !== undefined) {
      const { probe, changes, events } = decision;
      const next = probe.resume(this.strangers.has(probe.address), this.now);
      decision = { ...next, changes: [...changes, ...next.changes], events: [...events, ...next.events] };
    }
    const { reply } = decision;
    if (reply === undefined) return { decision, said: 'silence', address: '', to: '', packet: undefined };
    const sent = decodePacket(encodePacket(reply.packet, reply.limit));
    if (typeof sent === 'string') throw new Error(sent);
    const { kind, address, port: toPort } = reply.destination;
    return {
      decision,
      said: messageTypeName(reply.type),
      address: ipv4FromNumber(sent.yiaddr),
      to: kind === 'broadcast' ? 'broadcast' : `${kind} ${ipv4FromNumber(address)}:${toPort}`,
      packet: sent,
    };
  }

  /** Moves time and lets leases end. */
  wait(seconds: number): void {
    this.now += seconds * 1000;
    this.engine.expire(this.now);
  }
}
