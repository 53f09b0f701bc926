import type { Request, Response } from 'express';
import { asProblem } from '../../../domain/error/problem.ts';
import { problemBody } from './error-answer.ts';
import type { ImportProgress } from './services.ts';

const PROGRESS_INTERVAL_MS = 250;

interface Watch {
  readonly progress: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Answers an import with lines of JSON. The status is 200 before the outcome is known: the last line tells it. A client
 * that goes away calls the import off.
 */
export async function streamImport(
  request: Request,
  response: Response,
  start: (watch: Watch) => Promise<unknown>,
): Promise<void> {
  const abort = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) abort.abort(new Error('The client went away.'));
  });
  if (request.socket.destroyed) abort.abort(new Error('The client went away.'));
  response.status(200).setHeader('Content-Type', 'application/x-ndjson');
  const line = (value: unknown): void => {
    if (!response.destroyed) response.write(`${JSON.stringify(value)}\n`);
  };
  // An import may be queued behind another: the line keeps proxies and the idle timeout from ending the connection.
  const alive = setInterval(() => line({}), 15_000);
  let told = 0;
  try {
    const result = await start({
      signal: abort.signal,
      progress: (progress) => {
        const now = performance.now();
        if (now - told < PROGRESS_INTERVAL_MS) return;
        told = now;
        line({ progress });
      },
    });
    line({ result });
  } catch (thrown) {
    line(problemBody(asProblem(thrown)));
  } finally {
    clearInterval(alive);
    response.end();
  }
}
