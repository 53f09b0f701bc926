import express from 'express';
import type { ErrorRequestHandler, Express, Router } from 'express';
import type { BootScripts } from '../../../domain/boot/boot-scripts.ts';
import type { Kickstarts } from '../../../domain/boot/kickstarts.ts';
import type { MachineReports } from '../../../domain/boot/machine-reports.ts';
import type { NodeConfigs } from '../../../domain/cluster/node-configs.ts';
import { asProblem } from '../../../domain/error/problem.ts';
import type { FirstStageLibrary } from '../../boot-files/first-stage.ts';
import { collapseSlashes } from '../content/router.ts';
import { sendText } from '../content/serve-file.ts';
import { bootScript } from './boot-script.ts';
import type { FetchAudit } from './fetch-audit.ts';
import { firstStage } from './first-stage.ts';
import { ignition } from './ignition.ts';
import { kickstart } from './kickstart.ts';
import { nodeReport } from './node-report.ts';
import { report } from './report.ts';

export interface ProvisioningDependencies {
  readonly scripts: BootScripts;
  readonly firstStage: FirstStageLibrary;
  readonly kickstarts: Kickstarts;
  readonly configs: NodeConfigs;
  readonly reports: MachineReports;
  /** `/media/…` and `/images/…`. */
  readonly content: readonly Router[];
  readonly audit: FetchAudit;
  /** Told of faults of ours; never of what machines do wrong. */
  readonly onFault: (error: unknown, path: string) => void;
}

/** Reports are a few kilobytes; the longest is a list of disks. */
const MAX_REPORT = '128kb';

/**
 * The provisioning listener: plain HTTP for machines that cannot do better yet. Nothing here is secret without a token,
 * and nothing here changes anything but the host that a token belongs to.
 */
export function createProvisioningApp(deps: ProvisioningDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  const text = express.text({ type: () => true, limit: MAX_REPORT });
  const audited = deps.audit.middleware();

  app.use((req, _res, next) => {
    // UEFI firmware joins URLs with two slashes, and a redirect to the clean one stops it (tinkerbell/smee#229).
    req.url = collapseSlashes(req.url);
    next();
  });
  // A script may hold a new token: it is made for whoever reads it, not for a HEAD.
  app.head('/boot/:mac/:language', (_req, res) => sendText(res, 405, ''));
  app.get('/boot/:mac/:language', bootScript(deps.scripts));
  app.all('/first-stage/:file', audited, firstStage(deps.firstStage));
  app.get('/t/:token/kickstart', kickstart(deps.kickstarts));
  app.get('/t/:token/ignition', ignition(deps.configs));
  app.post('/t/:token/facts', text, report(deps.reports.facts.bind(deps.reports)));
  app.post('/t/:token/progress', text, report(deps.reports.progress.bind(deps.reports)));
  app.post('/t/:token/failed', text, report(deps.reports.failed.bind(deps.reports)));
  app.post('/report', express.urlencoded({ extended: false, limit: MAX_REPORT }), nodeReport(deps.reports));
  app.use(['/media', '/images'], audited);
  for (const router of deps.content) app.use(router);
  app.get('/', (_req, res) =>
    sendText(res, 200, 'Hearth. Machines boot from here; people use the admin listener.\n'),
  );
  app.use((_req, res) => sendText(res, 404, 'There is nothing here.\n'));
  app.use(answerError(deps.onFault));
  return app;
}

/** Errors go to consoles and curl: one line of text, the code in a header. */
function answerError(onFault: ProvisioningDependencies['onFault']): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = clientErrorStatus(error);
    if (status !== undefined) {
      sendText(res, status, 'This request cannot be read.\n');
      return;
    }
    const problem = asProblem(error);
    // The path of a token URL holds the token.
    if (problem.code === 'internal') onFault(problem.cause, req.path.replace(/^\/t\/[^/]+/, '/t/…'));
    res.setHeader('X-Hearth-Error', problem.code);
    sendText(res, problem.status, `${problem.message} ${problem.remedy}\n`);
  };
}

/** What express and its body reader throw for requests that are wrong in themselves (too large, cut off, bad escapes). */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || error.name === 'Problem') return undefined;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500
    ? error.status
    : undefined;
}
