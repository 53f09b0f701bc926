import { ipv4FromNumber, ipv4ToNumber } from '../../protocol/address/ipv4.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { readText } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import type { NewEvent } from '../event/event.ts';
import type { Instant } from '../time/clock.ts';
import type { ServedNetwork } from './network.ts';

const REPORT_AGAIN_AFTER = 3_600_000;
const MAX_RIVALS = 256;

/** Another DHCP server on a wire that Hearth serves alone. */
export interface Rival {
  readonly address: number;
  readonly network: string;
  readonly seenAt: Instant;
}

/** Vendor class of our own searching DISCOVER: the kernel hands our broadcasts back to us. */
export const RIVAL_PROBE_CLASS = 'hearth-rival-probe';

export function isRivalProbe(packet: DhcpPacket): boolean {
  const vendorClass = packet.options.get(OptionCode.vendorClass);
  return vendorClass?.length === RIVAL_PROBE_CLASS.length && readText(vendorClass) === RIVAL_PROBE_CLASS;
}

/** Notices servers other than us in what clients say, and reports each once an hour. */
export class RivalWatch {
  readonly #ours: ReadonlySet<number>;
  readonly #seen = new Map<number, Rival & { readonly reportedAt: Instant }>();

  constructor(networks: readonly ServedNetwork[]) {
    this.#ours = new Set(networks.map((network) => ipv4ToNumber(network.address)));
  }

  isOurs(address: number): boolean {
    return this.#ours.has(address);
  }

  all(): readonly Rival[] {
    return [...this.#seen.values()];
  }

  /** Notes a rival; gives the event when it is time to tell someone. */
  note(address: number, network: string, evidence: string, now: Instant): NewEvent | undefined {
    const known = this.#seen.get(address);
    const due = known === undefined || now - known.reportedAt >= REPORT_AGAIN_AFTER;
    if (known === undefined && this.#seen.size >= MAX_RIVALS) return undefined;
    this.#seen.set(address, { address, network, seenAt: now, reportedAt: due ? now : known.reportedAt });
    if (!due) return undefined;
    const server = ipv4FromNumber(address);
    return {
      level: 'alert',
      type: 'dhcp.rival',
      text: `Another DHCP server, ${server}, is active on ${network}: ${evidence}. Hosts may get its answers instead of Hearth's.`,
      data: { server, network },
    };
  }
}
