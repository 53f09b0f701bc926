import { statfsSync } from 'node:fs';
import { Problem } from '../../domain/error/problem.ts';

/** How far an import is. `total` is unknown while a repository is walked. */
export interface ImportProgress {
  readonly phase: 'hashing' | 'unpacking' | 'extracting' | 'verifying';
  readonly unit: 'bytes' | 'objects';
  readonly done: number;
  readonly total: number | undefined;
}

/** Thrown inside the worker when the import was called off. */
export class CalledOff extends Error {}

const CHECK_SPACE_EVERY = 64 * 1024 * 1024;

/**
 * What every step of an import must mind: that it may be called off, that the disk keeps room for the database, and
 * that somebody watches the progress.
 */
export class Effort {
  readonly #directory: string;
  readonly #reserve: number;
  readonly #cancelled: Int32Array;
  readonly #report: (progress: ImportProgress) => void;
  #unchecked = CHECK_SPACE_EVERY;
  #reported = 0;

  /**
   * @param directory on the disk that is written to
   * @param reserve bytes that must stay free there
   * @param cancelled shared with whoever may call the import off: anything but 0 in it does
   */
  constructor(
    directory: string,
    reserve: number,
    cancelled: Int32Array,
    report: (progress: ImportProgress) => void,
  ) {
    this.#directory = directory;
    this.#reserve = reserve;
    this.#cancelled = cancelled;
    this.#report = report;
  }

  /** @throws CalledOff */
  check(): void {
    if (Atomics.load(this.#cancelled, 0) !== 0) throw new CalledOff();
  }

  /**
   * Says that `bytes` will be written next. A disk filled to the last block would stop leases from being recorded.
   *
   * @throws Problem `storage-full`
   */
  willWrite(bytes: number): void {
    this.check();
    this.#unchecked += bytes;
    if (this.#unchecked < CHECK_SPACE_EVERY) return;
    this.#unchecked = 0;
    const { bavail, bsize } = statfsSync(this.#directory);
    const free = bavail * bsize;
    if (free - bytes < this.#reserve) {
      throw new Problem(
        'storage-full',
        `The disk of ${this.#directory} has ${Math.floor(free / 1e6)} MB left; the import needs more than that.`,
      );
    }
    // Close to the reserve, look before every write.
    if (free - CHECK_SPACE_EVERY < this.#reserve) this.#unchecked = CHECK_SPACE_EVERY;
  }

  /** Reports at most every 16 MiB, every 500 objects, and at the end. */
  progress(progress: ImportProgress): void {
    const step = progress.unit === 'bytes' ? 16 * 1024 * 1024 : 500;
    if (progress.done < this.#reported) this.#reported = 0;
    if (progress.done !== progress.total && progress.done - this.#reported < step) return;
    this.#reported = progress.done;
    this.#report(progress);
  }
}
