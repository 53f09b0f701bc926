import { parentPort, workerData } from 'node:worker_threads';
import { CalledOff, Effort } from './effort.ts';
import { extractImage } from './extract-image.ts';
import { extractMedium } from './extract-medium.ts';
import { importProblem } from './failure.ts';
import type { ImportAnswer, ImportOrder } from './run-import.ts';

/** The thread of one import: it reads files that came from outside, and may be as slow as they are large. */
async function main(order: ImportOrder): Promise<ImportAnswer> {
  const { job } = order;
  const effort = new Effort(job.staging, order.reserve, order.cancelled, (progress) => {
    parentPort?.postMessage({ kind: 'progress', progress } satisfies ImportAnswer);
  });
  try {
    return job.kind === 'medium'
      ? { kind: 'medium', medium: await extractMedium(job, effort) }
      : { kind: 'image', image: await extractImage(job, effort) };
  } catch (error) {
    if (error instanceof CalledOff) return { kind: 'called-off' };
    const path = job.kind === 'medium' ? job.file : job.path;
    const { code, message, remedy, cause } = importProblem(error, { kind: job.kind, path });
    // A Problem does not survive the way between threads as what it is.
    return {
      kind: 'failed',
      code,
      message,
      remedy,
      detail: cause instanceof Error ? cause.stack : undefined,
    };
  }
}

parentPort?.postMessage(await main(workerData as ImportOrder));
