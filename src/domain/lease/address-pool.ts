/** The ranges of one network as numbers, and which of their addresses are free, in the order they should be used. */
export class AddressPool {
  readonly size: number;
  readonly #ranges: readonly (readonly [first: number, last: number])[];
  // Never used addresses are those from (range, address) on.
  #range = 0;
  #next: number;
  #untouched: number;
  // Freed addresses, oldest first: a queue of (address, ticket) pairs where only the pair with the current ticket of an
  // address counts. A Set would do but for V8, where taking the first of a large Set again and again is quadratic.
  #queue: number[] = [];
  #head = 0;
  #ticket = 0;
  readonly #tickets = new Map<number, number>();

  constructor(ranges: readonly (readonly [first: number, last: number])[]) {
    this.#ranges = ranges;
    this.#next = ranges[0]?.[0] ?? 0;
    this.size = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    this.#untouched = this.size;
  }

  contains(address: number): boolean {
    for (const [first, last] of this.#ranges) if (address >= first && address <= last) return true;
    return false;
  }

  /** Addresses that nobody holds; those reserved outside the pool's knowledge are counted until they are met. */
  get available(): number {
    return this.#untouched + this.#tickets.size;
  }

  /** Puts an address at the end of the queue: it will be the last to be used again. */
  free(address: number): void {
    this.#ticket += 1;
    this.#tickets.set(address, this.#ticket);
    this.#queue.push(address, this.#ticket);
    if (this.#queue.length > 1024 && this.#queue.length > this.#tickets.size * 8) this.#compact();
  }

  /** Takes an address out of the queue, because someone holds it now. */
  take(address: number): void {
    this.#tickets.delete(address);
  }

  /**
   * The next address to use: one never used, else the one free for longest. An address that is refused stays where it
   * is in the queue, or counts as used when it is met for the first time; `rewind` gives such ones another chance.
   *
   * @param usable whether nobody holds or has reserved the address
   */
  pick(usable: (address: number) => boolean): number | undefined {
    return this.#pickUntouched(usable) ?? this.#pickFreed(usable);
  }

  /** Goes through the ranges again from the start, for addresses whose reservation was lifted. */
  rewind(): void {
    this.#range = 0;
    this.#next = this.#ranges[0]?.[0] ?? 0;
    this.#untouched = 0;
  }

  #pickUntouched(usable: (address: number) => boolean): number | undefined {
    let range = this.#ranges[this.#range];
    while (range !== undefined) {
      while (this.#next <= range[1]) {
        const address = this.#next;
        this.#next += 1;
        if (this.#untouched > 0) this.#untouched -= 1;
        if (usable(address)) return address;
      }
      this.#range += 1;
      range = this.#ranges[this.#range];
      this.#next = range?.[0] ?? 0;
    }
    return undefined;
  }

  #pickFreed(usable: (address: number) => boolean): number | undefined {
    for (let at = this.#head; at < this.#queue.length; at += 2) {
      const address = this.#queue[at] ?? 0;
      const current = this.#tickets.get(address) === this.#queue[at + 1];
      if (current && usable(address)) return address;
      if (!current && at === this.#head) this.#head += 2;
    }
    return undefined;
  }

  #compact(): void {
    const kept: number[] = [];
    for (let at = this.#head; at < this.#queue.length; at += 2) {
      const address = this.#queue[at] ?? 0;
      const ticket = this.#queue[at + 1] ?? 0;
      if (this.#tickets.get(address) === ticket) kept.push(address, ticket);
    }
    this.#queue = kept;
    this.#head = 0;
  }
}
