import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';
import type { Host, Sighting } from './host.ts';

/** A machine that repeats its DISCOVER every few seconds need not be written to disk each time. */
const SIGHTING_INTERVAL_MS = 30_000;
/** Unknown machines are remembered, but a flood of forged MACs must not fill the disk. */
const MAX_DISCOVERED = 2_000;
/** Machines that ask for an address without booting from the network: so many in so long become discovered hosts. */
const MAX_WALKERS = 50;
const WALKERS_EVERY_MS = 60_000;
/** A machine that nobody accepted and that was not seen for so long is forgotten. */
const FORGET_AFTER_MS = 7 * 86_400_000;

/** Which sightings are worth a record. Everything with a MAC may be a host that was racked just now; MACs cost nothing. */
export class Discovery {
  readonly #sighted = new Map<MacAddress, Instant>();
  #walkers = { since: 0, count: 0 };

  /** Whether this machine was not written down a moment ago. */
  isNews({ mac, at }: Sighting): boolean {
    const last = this.#sighted.get(mac);
    if (last !== undefined && at - last < SIGHTING_INTERVAL_MS) return false;
    if (this.#sighted.size > 2 * MAX_DISCOVERED) this.#sighted.clear();
    this.#sighted.set(mac, at);
    return true;
  }

  /**
   * Whether an unknown machine may become a discovered host. Those that do not boot from the network come in at a walking
   * pace, so that a flood of made-up clients neither fills the disk nor hides a machine that does.
   */
  mayEnter({ at, vendorClass }: Sighting): boolean {
    if (vendorClass !== undefined && /^(PXE|HTTP)Client/.test(vendorClass)) return true;
    if (at - this.#walkers.since >= WALKERS_EVERY_MS) this.#walkers = { since: at, count: 0 };
    this.#walkers.count += 1;
    return this.#walkers.count <= MAX_WALKERS;
  }
}

/** The discovered hosts to forget: not seen for a week, and at the limit the one that was seen longest ago. */
export function forgettable(discovered: readonly Host[], now: Instant): readonly Host[] {
  const stale = discovered.filter((host) => now - seenAt(host) > FORGET_AFTER_MS);
  if (stale.length > 0 || discovered.length < MAX_DISCOVERED) return stale;
  return [discovered.reduce((oldest, host) => (seenAt(host) < seenAt(oldest) ? host : oldest))];
}

function seenAt(host: Host): Instant {
  return host.sighting?.at ?? host.createdAt;
}
