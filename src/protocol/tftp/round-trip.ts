/** A running estimate of how long the peer takes to answer, in milliseconds (RFC 6298 §2). */
export interface RoundTrip {
  readonly smoothed: number;
  readonly variation: number;
}

/** Takes one more measurement into account. Only answers to packets sent once may be measured (Karn's rule). */
export function measured(before: RoundTrip | undefined, sample: number): RoundTrip {
  if (before === undefined) return { smoothed: sample, variation: sample / 2 };
  return {
    smoothed: before.smoothed + (sample - before.smoothed) / 8,
    variation: before.variation + (Math.abs(sample - before.smoothed) - before.variation) / 4,
  };
}

/** How long an answer may take before it counts as lost. */
export function patience(roundTrip: RoundTrip): number {
  return roundTrip.smoothed + 4 * roundTrip.variation;
}
