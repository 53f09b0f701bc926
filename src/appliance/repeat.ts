import type { Logger } from '../adapters/log/logger.ts';

/**
 * Does something again and again with a pause in between, never twice at the same time.
 *
 * @returns stops it, and waits for the turn that is under way
 */
export function repeat(
  what: string,
  pauseMs: number,
  work: () => Promise<unknown>,
  logger: Logger,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const next = (): void => {
    timer = setTimeout(() => {
      turn = work()
        .then(() => undefined)
        .catch((error: unknown) => logger.warn({ err: error }, `${what} could not be checked`))
        .finally(() => {
          if (!stopped) next();
        });
    }, pauseMs).unref();
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await turn;
  };
}
