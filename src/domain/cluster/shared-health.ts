import type { Clock, Instant } from '../time/clock.ts';
import type { ApiHealth, ClusterApi } from './api.ts';
import type { Cluster } from './record.ts';

export interface SharedHealthDependencies {
  readonly api: Pick<ClusterApi, 'health'>;
  readonly clock: Clock;
}

/** An answer this old is as good as a new one: Ignition itself asks every five seconds. */
const GOOD_FOR_MS = 1_500;
/** More clusters than one appliance has; the map must not grow with clusters that were made and removed. */
const MAX_KEPT = 256;

interface Known {
  readonly health: Promise<ApiHealth>;
  /** Undefined while the question is under way. */
  at: Instant | undefined;
}

/**
 * Asks each cluster's API at most once in a while, however many want to know.
 *
 * A rack of 500 hosts that waits for Ignition asks a hundred times a second. A silent API takes seconds to time out, so
 * without this the waiting hosts alone would exhaust the sockets, and the API server would be busy answering them when
 * it comes up.
 */
export class SharedHealth implements Pick<ClusterApi, 'health'> {
  readonly #deps: SharedHealthDependencies;
  readonly #known = new Map<string, Known>();

  constructor(deps: SharedHealthDependencies) {
    this.#deps = deps;
  }

  health(cluster: Cluster): Promise<ApiHealth> {
    // A cluster made again under the name of one that was removed is another.
    const key = `${cluster.name}/${cluster.createdAt}`;
    const kept = this.#known.get(key);
    if (kept !== undefined && this.#isGood(kept)) return kept.health;
    const asked: Known = { health: this.#deps.api.health(cluster), at: undefined };
    this.#known.delete(key);
    this.#known.set(key, asked);
    asked.health.then(
      () => void (asked.at = this.#deps.clock.now()),
      () => this.#known.delete(key),
    );
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KEPT) break;
      this.#known.delete(oldest);
    }
    return asked.health;
  }

  #isGood({ at }: Known): boolean {
    if (at === undefined) return true;
    const age = this.#deps.clock.now() - at;
    // A clock that was set back must not keep an answer for hours.
    return age >= 0 && age < GOOD_FOR_MS;
  }
}
