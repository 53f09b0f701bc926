import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import type { Allocation, Question } from './allocation.ts';
import type { BootPlanner } from './boot-options.ts';
import type { Client } from './client.ts';
import { NOTHING } from './decision.ts';
import type { Decision, Reception } from './decision.ts';
import type { ServedNetwork } from './network.ts';
import type { HostSource, Reservations } from './reservations.ts';
import type { RivalWatch } from './rival.ts';
import type { Links } from './subnet-selection.ts';

export interface EngineSettings {
  readonly networks: readonly ServedNetwork[];
  readonly hosts: HostSource;
  readonly boot: BootPlanner;
  /** Port of the provisioning listener, for URLs. */
  readonly httpPort: number;
}

/** What the answers share. */
export interface EngineParts extends EngineSettings {
  readonly links: Links;
  readonly reservations: Reservations;
  readonly allocation: Allocation;
  readonly rivals: RivalWatch;
}

/** One packet and all that was found out about it. */
export interface Inquiry extends Question {
  readonly packet: DhcpPacket;
  readonly reception: Reception;
  readonly parts: EngineParts;
}

/** A decision to say nothing. */
export function silence(reason: string, client?: Client): Decision {
  return { reason, client, changes: NOTHING, events: NOTHING };
}

/** Whether an option 54 names this appliance: by one of its own addresses, or by its relay's (RFC 5107 §4). */
export function namesUs(inquiry: Inquiry, server: number): boolean {
  return inquiry.parts.rivals.isOurs(server) || server === inquiry.client.relay?.serverOverride;
}

/** The option 54 of a client that has chosen a server. */
export function chosenServer(packet: DhcpPacket): number | undefined {
  return addressOption(packet, OptionCode.serverIdentifier);
}
