import type { Request, RequestHandler } from 'express';
import type { Principal } from '../../../domain/access/role.ts';
import type { Logger } from '../../log/logger.ts';
import { loggedPath } from '../../log/redact.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { remoteAddress } from './remote-address.ts';

/** One line per request, without queries, headers or bodies. */
export function requestLog(log: Logger, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const path = loggedPath(req.originalUrl);
    const address = remoteAddress(req);
    res.on('close', () => {
      const milliseconds = Math.round(performance.now() - started);
      const user = (res.locals['user'] as Principal | undefined)?.name;
      const status = res.writableFinished ? res.statusCode : 499;
      log.info({ method: req.method, path, status, milliseconds, address, user }, 'request');
      metrics.request('admin', req.method, routeOf(req), status, milliseconds / 1000);
    });
    next();
  };
}

function routeOf(req: Request): string {
  const { route } = req as { route?: { path?: unknown } };
  return typeof route?.path === 'string' ? route.path : 'other';
}
