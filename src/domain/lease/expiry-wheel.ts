import type { Instant } from '../time/clock.ts';

/**
 * Which addresses end in which second. A renewal moves its address in constant time and leaves nothing behind, which a
 * heap would not.
 */
export class ExpiryWheel {
  readonly #buckets = new Map<number, Set<number>>();
  readonly #second = new Map<number, number>();

  /** Sets when an address ends, replacing what was set before. */
  set(address: number, at: Instant): void {
    const second = Math.ceil(at / 1000);
    const before = this.#second.get(address);
    if (before === second) return;
    if (before !== undefined) this.#remove(address, before);
    this.#second.set(address, second);
    let bucket = this.#buckets.get(second);
    if (bucket === undefined) this.#buckets.set(second, (bucket = new Set()));
    bucket.add(address);
  }

  /** Whether the address has yet to end. */
  has(address: number): boolean {
    return this.#second.has(address);
  }

  delete(address: number): void {
    const before = this.#second.get(address);
    if (before === undefined) return;
    this.#remove(address, before);
    this.#second.delete(address);
  }

  /** Takes out every address that has ended, earliest first. */
  expire(now: Instant): readonly number[] {
    const current = Math.floor(now / 1000);
    const due = [...this.#buckets.keys()].filter((second) => second <= current).sort((a, b) => a - b);
    const addresses = due.flatMap((second) => [...(this.#buckets.get(second) ?? [])]);
    for (const second of due) this.#buckets.delete(second);
    for (const address of addresses) this.#second.delete(address);
    return addresses;
  }

  #remove(address: number, second: number): void {
    const bucket = this.#buckets.get(second);
    bucket?.delete(address);
    if (bucket?.size === 0) this.#buckets.delete(second);
  }
}
