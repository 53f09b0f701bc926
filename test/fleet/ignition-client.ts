import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http-client.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Ignition 2.16.2, which OCK carries (internal/resource/http.go). */
const HEADERS = {
  'User-Agent': 'Ignition/2.16.2',
  Accept: 'application/vnd.coreos.ignition+json;version=3.4.0, */*;q=0.1',
  'Accept-Encoding': 'identity',
};
/** Its default for `ignition.timeouts.httpResponseHeaders`. */
const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Fetches a config as Ignition does: again and again while nobody answers or the status is 500 and above, with pauses
 * that double; anything else but 200 ends the boot.
 */
export async function fetchIgnition(
  url: string,
  localAddress: string,
  stopwatch: Stopwatch,
  signal: AbortSignal,
): Promise<string> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const started = performance.now();
    const answer = await ask({ url, localAddress, headers: HEADERS, patience: PATIENCE_MS }).catch(
      () => undefined,
    );
    const took = performance.now() - started;
    if (answer?.status === 200) {
      stopwatch.record('Ignition config', took);
      return answer.body;
    }
    if (answer !== undefined && answer.status < 500) {
      throw new Error(
        `Ignition gives up: the answer is ${answer.status}: ${answer.body.trim().slice(0, 200)}`,
      );
    }
    if (answer === undefined) stopwatch.count('Ignition without an answer');
    else stopwatch.record('Ignition told to wait (503)', took);
    await sleep(pause, undefined, { signal });
  }
}
