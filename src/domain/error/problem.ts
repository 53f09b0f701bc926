import { CATALOGUE } from './catalogue.ts';
import type { ProblemCode } from './catalogue.ts';

/**
 * An error for the person who must act: what happened, to which host or file, and what to do.
 *
 * Every failure that reaches a user carries one of the stable codes of the catalogue; `message` names the actor
 * (host, MAC, file, line) and never a secret. `remedy` overrides the catalogue's when the place knows better.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly remedy: string;

  constructor(code: ProblemCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.remedy = options.remedy ?? CATALOGUE[code].remedy;
  }

  /** The HTTP status that the API answers with. */
  get status(): number {
    return CATALOGUE[this.code].status;
  }
}

/** What anything thrown becomes at an edge: itself when it is a Problem, otherwise `internal` with the cause kept for the log. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('internal', 'Something went wrong inside Hearth.', { cause: thrown });
}
