import type { Logger } from 'pino';
import type { Clock } from '../../domain/time/clock.ts';

const PER_SECOND = 5;

/** A log for what any packet may cause: a few lines a second and a count of the rest, so that a flood cannot fill a disk. */
export class ThrottledLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #second = 0;
  #written = 0;
  #kept = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  warn(details: object, message: string): void {
    if (this.#allows()) this.#logger.warn(this.#with(details), message);
  }

  error(details: object, message: string): void {
    if (this.#allows()) this.#logger.error(this.#with(details), message);
  }

  #allows(): boolean {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) this.#written = 0;
    this.#second = second;
    this.#written += 1;
    if (this.#written <= PER_SECOND) return true;
    this.#kept += 1;
    return false;
  }

  /** Adds how many lines were left out since the last one. */
  #with(details: object): object {
    if (this.#kept === 0) return details;
    const leftOut = this.#kept;
    this.#kept = 0;
    return { ...details, leftOut };
  }
}
