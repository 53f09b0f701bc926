import type { Clock, Instant } from '../time/clock.ts';

const MAX_KEYS = 10_000;

/** How many failures are let through in which time. */
interface AttemptRule {
  readonly failures: number;
  readonly windowSeconds: number;
}

/** Counts failures by key (an address, a name) in fixed windows. Memory is bounded: the oldest window goes first. */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #rule: AttemptRule;
  readonly #windows = new Map<string, { readonly since: Instant; failures: number }>();

  constructor(clock: Clock, rule: AttemptRule) {
    this.#clock = clock;
    this.#rule = rule;
  }

  /** Seconds until another attempt is let through; 0 when it is now. */
  waitSeconds(key: string): number {
    const window = this.#current(key);
    if (window === undefined || window.failures < this.#rule.failures) return 0;
    return Math.max(1, Math.ceil((window.since - this.#clock.now()) / 1000 + this.#rule.windowSeconds));
  }

  failed(key: string): void {
    const window = this.#current(key);
    if (window !== undefined) {
      window.failures += 1;
      return;
    }
    const [oldest] = this.#windows.keys();
    if (this.#windows.size >= MAX_KEYS && oldest !== undefined) this.#windows.delete(oldest);
    this.#windows.delete(key);
    this.#windows.set(key, { since: this.#clock.now(), failures: 1 });
  }

  succeeded(key: string): void {
    this.#windows.delete(key);
  }

  #current(key: string): { readonly since: Instant; failures: number } | undefined {
    const window = this.#windows.get(key);
    if (window === undefined) return undefined;
    return this.#clock.now() - window.since < this.#rule.windowSeconds * 1000 ? window : undefined;
  }
}
