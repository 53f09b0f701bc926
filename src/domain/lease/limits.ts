import type { Instant } from '../time/clock.ts';

/** Grants up to `burst` at once and `perSecond` after that. */
class TokenBucket {
  #tokens: number;
  #at: Instant;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(burst: number, perSecond: number, now: Instant) {
    this.#tokens = burst;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#at = now;
  }

  take(now: Instant): boolean {
    const seconds = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#perSecond);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

const MAX_BUCKETS = 4096;

/** Token buckets by name; the longest unused is forgotten when there are too many. */
export class RateLimiter {
  readonly #buckets = new Map<string, TokenBucket>();

  /** Whether one more is allowed under this name now. */
  allow(name: string, burst: number, perSecond: number, now: Instant): boolean {
    if (burst === Number.POSITIVE_INFINITY) return true;
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) bucket = new TokenBucket(burst, perSecond, now);
    else this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > MAX_BUCKETS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take(now);
  }
}
