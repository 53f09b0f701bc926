/** Times and counts of one kind of thing each, gathered while a fleet boots. */
export class Stopwatch {
  readonly #times = new Map<string, number[]>();
  readonly #counts = new Map<string, number>();

  record(what: string, milliseconds: number): void {
    const times = this.#times.get(what);
    if (times === undefined) this.#times.set(what, [milliseconds]);
    else times.push(milliseconds);
  }

  count(what: string, times = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  /** Lets something happen and records how long it took, if it succeeded. */
  async around<T>(what: string, act: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await act();
    this.record(what, performance.now() - started);
    return result;
  }

  get times(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(this.#times);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** The value that this share of all values does not exceed (nearest rank); NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** p50, p95 and the largest. */
export function spread(values: readonly number[]): readonly [number, number, number] {
  return [quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1)];
}
