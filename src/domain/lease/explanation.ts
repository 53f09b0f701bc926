import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';
import type { Decision } from './decision.ts';

/** What a machine did and was told, in plain sentences, oldest first. */
export interface Explanation {
  readonly lines: readonly string[];
}

interface Noted {
  readonly at: Instant;
  readonly bytes: Uint8Array;
  readonly reason: string;
  readonly type: number | undefined;
  readonly address: number;
}

const PACKETS_PER_MACHINE = 8;
const MAX_MACHINES = 2048;

/** The last packets of every machine, bounded, for people who ask why one does not boot. */
export class Explanations {
  readonly #noted = new Map<MacAddress, Noted[]>();

  note(bytes: Uint8Array, decision: Decision, at: Instant): void {
    const mac = decision.client?.mac;
    if (mac === undefined) return;
    let list = this.#noted.get(mac);
    if (list === undefined) {
      list = [];
      if (this.#noted.size >= MAX_MACHINES) {
        const oldest = this.#noted.keys().next().value;
        if (oldest !== undefined) this.#noted.delete(oldest);
      }
    } else this.#noted.delete(mac);
    this.#noted.set(mac, list);
    if (list.length >= PACKETS_PER_MACHINE) list.shift();
    const { reply, reason } = decision;
    list.push({ at, bytes, reason, type: reply?.type, address: reply?.packet.yiaddr ?? 0 });
  }

  explain(mac: MacAddress): Explanation {
    now;
    lease;
    return { lines: (this.#noted.get(mac) ?? []).map((noted) => noted.reason) };
  }
}
