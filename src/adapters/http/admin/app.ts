import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { Principal } from '../../../domain/access/role.ts';
import { Problem } from '../../../domain/error/problem.ts';
import type { Logger } from '../../log/logger.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { identify } from './access.ts';
import type { Access } from './access.ts';
import { errorAnswer } from './error-answer.ts';
import { openApiRoute } from './openapi.ts';
import { mount } from './mount.ts';
import { guardPages } from './page-guard.ts';
import { permit } from './permit.ts';
import { requestLog } from './request-log.ts';
import type { Route } from './route.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { eventRoutes } from './routes/events.ts';
import { hostRoutes } from './routes/hosts.ts';
import { mediaRoutes } from './routes/media.ts';
import { networkRoutes } from './routes/networks.ts';
import { peopleRoutes } from './routes/people.ts';
import { sessionRoutes } from './routes/session.ts';
import { statusRoutes } from './routes/status.ts';
import { isSafeMethod, originOf } from './same-origin.ts';
import { securityHeaders } from './security-headers.ts';
import type { Services } from './services.ts';

interface AdminDependencies {
  readonly services: Services;
  readonly access: Access;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly version: string;
  /** The HTML pages; `res.locals.user` is the signed-in `Principal`. */
  readonly pages?: Router | undefined;
}

/** The routes of the API, in the order of the documentation. */
export function adminRoutes({ services, access, metrics, version }: AdminDependencies): readonly Route[] {
  const routes = [
    ...statusRoutes(services, metrics),
    ...sessionRoutes(access),
    ...hostRoutes(services),
    ...networkRoutes(services),
    ...mediaRoutes(services),
    ...clusterRoutes(services),
    ...eventRoutes(services),
    ...peopleRoutes(access),
  ];
  return [...routes, openApiRoute(routes, version)];
}

/**
 * The administration: API, metrics and pages. Whoever is not known gets nothing but what a route or a page declares
 * public; a path that nobody declared is refused like any other.
 */
export function createAdminApp(deps: AdminDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(requestLog(deps.log, deps.metrics));
  app.use(securityHeaders);
  app.use(authenticate(deps.access));
  for (const one of adminRoutes(deps)) mount(app, one);
  if (deps.pages !== undefined) app.use(guardPages, deps.pages);
  app.use((_req, res) => {
    permit('self', res.locals['user'] as Principal | undefined);
    throw new Problem('not-found', 'There is no such page or object.');
  });
  app.use(errorAnswer(deps.log));
  return app;
}

/** Learns who the request comes from, and refuses what another site's page makes a browser do. */
function authenticate(access: Access): RequestHandler {
  return async (req, res, next) => {
    const principal = await identify(req, access);
    if (principal?.via === 'session' && !isSafeMethod(req.method) && originOf(req) !== 'same') {
      throw new Problem('cross-site', 'This request does not come from a page of the appliance.');
    }
    res.locals['user'] = principal;
    next();
  };
}
