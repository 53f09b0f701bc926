import type { Logger } from 'pino';
import { Problem, asProblem } from '../../domain/error/problem.ts';

/** Something that listens until it is closed. */
export interface Listener {
  close(): Promise<void>;
}

const RETRY_MS = 3_000;

/**
 * A listener on an address that may not be there yet: an interface without a carrier, a cable that comes later. What
 * can be opened is opened now; the rest is tried again every few seconds and said once, not every time.
 */
export class AddressWatch {
  /** For people: `TFTP on 10.20.0.1`. */
  readonly what: string;
  readonly #open: () => Promise<Listener>;
  readonly #logger: Logger;
  #listener: Listener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #problem: Problem | undefined;
  #closed = false;

  constructor(what: string, open: () => Promise<Listener>, logger: Logger) {
    this.what = what;
    this.#open = open;
    this.#logger = logger;
  }

  /** Why it does not listen, if so. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  get listener(): Listener | undefined {
    return this.#listener;
  }

  async start(): Promise<void> {
    try {
      this.#listener = await this.#open();
      if (this.#problem !== undefined) this.#logger.info(`${this.what} listens now`);
      this.#problem = undefined;
      if (this.#closed) await this.#listener.close();
    } catch (thrown) {
      const problem = listenProblem(this.what, thrown);
      if (this.#problem?.message !== problem.message) {
        this.#logger.warn({ code: problem.code }, `${problem.message} ${problem.remedy}`);
      }
      this.#problem = problem;
      if (!this.#closed) this.#timer = setTimeout(() => void this.start(), RETRY_MS).unref();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#listener?.close();
  }
}

/** The error of a bind in words. */
export function listenProblem(what: string, thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'EADDRNOTAVAIL':
      return new Problem(
        'interface-missing',
        `${what} waits: no interface of this machine has that address.`,
        {
          cause: thrown,
        },
      );
    case 'EADDRINUSE':
      return new Problem('port-in-use', `${what} cannot listen: another program has the port.`, {
        cause: thrown,
      });
    case 'EACCES':
    case 'EPERM':
      return new Problem(
        'permission-denied',
        `${what} cannot listen: that port is for privileged programs.`,
        {
          cause: thrown,
        },
      );
    default:
      return asProblem(thrown);
  }
}
