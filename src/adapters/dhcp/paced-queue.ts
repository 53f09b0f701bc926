/**
 * Runs work in small portions with a pause between them.
 *
 * One fsync frees the replies of hundreds of clients at once. A relay's or host's socket takes about 200 datagrams in
 * Linux's default buffer; a burst beyond that is lost there, and every client of it waits four seconds to ask again.
 */
export class PacedQueue {
  readonly #portion: number;
  readonly #pauseMs: number;
  #work: (() => void)[] = [];
  #next = 0;
  #running = false;
  #used = 0;
  #usedAt = 0;

  constructor(portion: number, pauseMs: number) {
    this.#portion = portion;
    this.#pauseMs = pauseMs;
  }

  /** Runs now when nothing waits and this moment's portion is not used up; else in turn. */
  run(work: () => void): void {
    if (this.#running) {
      this.#work.push(work);
      return;
    }
    const now = performance.now();
    if (now - this.#usedAt >= this.#pauseMs) {
      this.#usedAt = now;
      this.#used = 0;
    }
    this.#used += 1;
    if (this.#used <= this.#portion) {
      work();
      return;
    }
    this.#work.push(work);
    this.#running = true;
    setTimeout(() => this.#turn(), this.#pauseMs);
  }

  #turn(): void {
    const end = Math.min(this.#work.length, this.#next + this.#portion);
    while (this.#next < end) {
      const work = this.#work[this.#next];
      this.#next += 1;
      work?.();
    }
    if (this.#next < this.#work.length) {
      setTimeout(() => this.#turn(), this.#pauseMs);
      return;
    }
    this.#work = [];
    this.#next = 0;
    this.#running = false;
  }
}
