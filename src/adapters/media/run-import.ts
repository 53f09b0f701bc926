import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ProblemCode } from '../../domain/error/catalogue.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { Image } from '../../domain/media/image.ts';
import type { Medium } from '../../domain/media/medium.ts';
import type { ImportProgress } from './effort.ts';
import type { ImageJob } from './extract-image.ts';
import type { MediumJob } from './extract-medium.ts';

/** What the thread is told. */
export interface ImportOrder {
  readonly job: MediumJob | ImageJob;
  /** Bytes to leave free on the disk. */
  readonly reserve: number;
  /** On shared memory; anything but 0 calls the import off. */
  readonly cancelled: Int32Array;
}

/** What it says. */
export type ImportAnswer =
  | { readonly kind: 'progress'; readonly progress: ImportProgress }
  | { readonly kind: 'medium'; readonly medium: Medium }
  | { readonly kind: 'image'; readonly image: Image }
  | { readonly kind: 'called-off' }
  | {
      readonly kind: 'failed';
      readonly code: ProblemCode;
      readonly message: string;
      readonly remedy: string;
      readonly detail: string | undefined;
    };

type Outcome = Extract<ImportAnswer, { kind: 'medium' | 'image' }>;

export interface RunOptions {
  readonly reserve: number;
  readonly progress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A repository of a million objects is walked in less; a hostile one ends its thread, not the process. */
const MOST_HEAP_MB = 1024;

/**
 * Runs an import in a thread of its own and waits for the thread to end, so that nothing writes to the staging directory
 * any more when this settles.
 *
 * @throws Problem, or the reason of `signal`
 */
export async function runImport(job: MediumJob | ImageJob, options: RunOptions): Promise<Outcome> {
  options.signal?.throwIfAborted();
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const order: ImportOrder = { job, reserve: options.reserve, cancelled };
  const entry = new URL(`./import-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(entry, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  const callOff = (): void => {
    Atomics.store(cancelled, 0, 1);
  };
  options.signal?.addEventListener('abort', callOff, { once: true });
  try {
    const answer = await conversation(worker, options.progress);
    switch (answer?.kind) {
      case 'medium':
      case 'image':
        return answer;
      case 'failed':
        throw new Problem(answer.code, answer.message, { remedy: answer.remedy, cause: answer.detail });
      case 'called-off':
        options.signal?.throwIfAborted();
        throw new Problem('internal', 'The import was called off.');
      default:
        throw new Problem('internal', 'The import ended without a result.');
    }
  } finally {
    options.signal?.removeEventListener('abort', callOff);
  }
}

/** Listens until the thread has ended; the last answer that is not progress counts. */
function conversation(worker: Worker, progress: RunOptions['progress']): Promise<ImportAnswer | undefined> {
  return new Promise((resolve) => {
    let last: ImportAnswer | undefined;
    worker.on('message', (answer: ImportAnswer) => {
      if (answer.kind === 'progress') progress?.(answer.progress);
      else last = answer;
    });
    worker.on('error', (error: unknown) => {
      last = {
        kind: 'failed',
        code: 'internal',
        message: 'The import ended unexpectedly.',
        remedy: 'See the log of the appliance around this time and report it.',
        detail: error instanceof Error ? error.stack : String(error),
      };
    });
    worker.on('exit', () => {
      resolve(last);
    });
  });
}
