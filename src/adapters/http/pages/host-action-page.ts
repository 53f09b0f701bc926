import type { Request, RequestHandler, Response } from 'express';
import { Problem } from '../../../domain/error/problem.ts';
import type { Host } from '../../../domain/host/host.ts';
import type { PagesDependencies } from './dependencies.ts';
import { actionNamed } from './host-action.ts';
import type { HostActionName } from './host-action.ts';
import { hostName } from './host-page.ts';
import { actorOf, finish, wantsPart } from './views.ts';
import type { Views } from './views.ts';

/** `/hosts/:name/arm` and so on: asks first, naming what will be lost. */
export function askAction(deps: PagesDependencies, views: Views, name: HostActionName): RequestHandler {
  return async (req, res) => {
    await ask(views, req, res, deps.services.hosts.find(hostName(req)), name);
  };
}

export function doAction(deps: PagesDependencies, views: Views, name: HostActionName): RequestHandler {
  return async (req, res) => {
    const host = deps.services.hosts.find(hostName(req));
    try {
      await perform(deps, host, name, actorOf(res));
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status >= 500) throw thrown;
      await ask(views, req, res, host, name, thrown);
      return;
    }
    finish(req, res, `/hosts/${encodeURIComponent(host.name)}`);
  };
}

async function perform(
  { services: { hosts, clusterWork } }: PagesDependencies,
  host: Host,
  name: HostActionName,
  actor: string,
): Promise<void> {
  if (name === 'arm' || name === 'reinstall') await hosts[name](host.name, {}, actor);
  else if (name === 'release') await clusterWork.departure.release(host.name, {}, actor);
  else await hosts[name](host.name, actor);
}

async function ask(
  views: Views,
  req: Request,
  res: Response,
  host: Host,
  name: HostActionName,
  problem?: Problem,
): Promise<void> {
  const action = actionNamed(host, name);
  if (action === undefined && problem === undefined) {
    throw new Problem('host-state', `${host.name} is ${host.state}: this cannot be done now.`);
  }
  await views.send(res, {
    view: wantsPart(req) ? 'confirm' : 'confirm-page',
    title: `${action?.label ?? name} ${host.name}`,
    here: '/',
    status: problem?.status ?? 200,
    values: {
      name: host.name,
      path: encodeURIComponent(host.name),
      action: action ?? { name, label: name, kind: '', effect: '' },
      problem,
    },
  });
}
