import type { Clock, Instant } from '../../src/domain/time/clock.ts';

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: Instant;

  constructor(now: Instant = Date.UTC(2026, 10, 20)) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}
