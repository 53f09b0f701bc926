import type { ErrorRequestHandler } from 'express';
import { Problem } from '../../../domain/error/problem.ts';
import type { Views } from './views.ts';

/** A refusal as a page; faults of ours go on to the API's handler, which logs them. */
export function pageError(views: Views): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const readable = thrown instanceof Problem && thrown.status < 500 && !res.headersSent;
    if (!readable || !(req.headers.accept?.includes('text/html') ?? false)) {
      next(thrown);
      return;
    }
    const page = { view: 'problem', title: 'Problem', status: thrown.status, values: { problem: thrown } };
    views.send(res, page).catch(next);
  };
}
