import type { Clock, Instant } from '../time/clock.ts';

/** A flood of forged addresses must not fill the memory. */
const MAX_KEYS = 5_000;

interface Told {
  readonly at: Instant;
  repeated: number;
}

/** Lets the first of many equal things through and counts the rest for a while, so that nobody can flood the log. */
export class Quieting {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock, intervalSeconds: number) {
    this.#clock = clock;
    this.#intervalMs = intervalSeconds * 1000;
  }

  /** @returns how many were kept back since the last one passed, or undefined when this one is kept back */
  pass(key: string): number | undefined {
    const now = this.#clock.now();
    const last = this.#told.get(key);
    if (last !== undefined && now - last.at < this.#intervalMs) {
      last.repeated += 1;
      return undefined;
    }
    if (this.#told.size >= MAX_KEYS) this.#forgetOldest();
    this.#told.delete(key);
    this.#told.set(key, { at: now, repeated: 0 });
    return last?.repeated ?? 0;
  }

  // A Map keeps the order of insertion, and a key is inserted anew each time it passes.
  #forgetOldest(): void {
    const [oldest] = this.#told.keys();
    if (oldest !== undefined) this.#told.delete(oldest);
  }
}
