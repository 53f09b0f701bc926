import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { TooManyAttempts } from '../../../domain/access/sign-in.ts';
import { Problem, asProblem } from '../../../domain/error/problem.ts';
import { loggedPath } from '../../log/redact.ts';
import type { Logger } from '../../log/logger.ts';

/** The one place where anything thrown becomes an answer of the API. */
export function errorAnswer(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const problem = readProblem(thrown);
    if (problem.code === 'internal') {
      log.error(
        { err: problem.cause, method: req.method, path: loggedPath(req.originalUrl) },
        'request failed',
      );
    }
    if (res.headersSent) {
      next(thrown);
      return;
    }
    if (problem instanceof TooManyAttempts) res.setHeader('Retry-After', problem.retryAfterSeconds);
    else if (problem.status === 503) res.setHeader('Retry-After', 2);
    if (problem.code === 'sign-in-required') res.setHeader('WWW-Authenticate', 'Bearer');
    res.status(problem.status).json(problemBody(problem));
  };
}

export function problemBody(problem: Problem): unknown {
  const { code, message, remedy } = problem;
  return { error: { code, message, remedy } };
}

function readProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof z.ZodError) return inputProblem(thrown);
  return bodyProblem(thrown) ?? asProblem(thrown);
}

function inputProblem(error: z.ZodError): Problem {
  const issues = error.issues.slice(0, 5).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
  });
  return new Problem('input-invalid', `${issues.join('; ')}.`, { cause: error });
}

/** What body-parser and express throw carries a `type`, or a status of 4xx. */
function bodyProblem(thrown: unknown): Problem | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number')
    return undefined;
  if (thrown.status === 413)
    return new Problem('too-large', 'The body is larger than allowed.', { cause: thrown });
  if (thrown.status < 400 || thrown.status > 499) return undefined;
  const parsing = 'type' in thrown && thrown.type === 'entity.parse.failed';
  const message = parsing ? 'The body is not valid JSON.' : 'The request cannot be read.';
  return new Problem('input-invalid', message, { cause: thrown });
}
