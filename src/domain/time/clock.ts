/** A moment: milliseconds since the Unix epoch. */
export type Instant = number;

/** Where time comes from. */
export interface Clock {
  now(): Instant;
}
