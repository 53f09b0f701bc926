import type { Request, RequestHandler } from 'express';
import { stateDeadline, waitingText } from '../../../domain/host/lifecycle.ts';
import { bytes, moment } from '../../../web/amount.ts';
import type { PagesDependencies } from './dependencies.ts';
import { eventRows } from './event-words.ts';
import { actionsFor } from './host-action.ts';
import { hostRow, isTarget, machineRows, settingRows } from './host-words.ts';
import type { Views } from './views.ts';

const EVENTS_SHOWN = 60;

/** `/hosts/:name`: one host, what it waits for, what it is made of, and what happened to it. */
export function hostPage(deps: PagesDependencies, views: Views, view: 'host' | 'host-body'): RequestHandler {
  return async (req, res) => {
    const host = deps.services.hosts.find(hostName(req));
    const deadline = stateDeadline(host);
    const events = await deps.services.events.list({ host: host.id, limit: EVENTS_SHOWN });
    await views.send(res, {
      view,
      title: host.name,
      here: '/',
      values: {
        host: { ...hostRow(host, deps.clock.now()), waiting: waitingText(host) },
        failure: host.state === 'failed' ? host.failure : undefined,
        deadline: deadline === undefined ? undefined : moment(deadline),
        actions: actionsFor(host),
        settings: settingRows(host),
        machine: machineRows(host),
        disks: (host.facts?.disks ?? []).map((disk) => ({
          name: disk.name,
          size: bytes(disk.bytes),
          model: disk.model ?? '–',
          serial: disk.serial ?? '–',
          target: isTarget(disk, host),
        })),
        nics: (host.facts?.nics ?? []).map((nic) => ({
          name: nic.name,
          mac: nic.mac,
          link: nic.carrier ? 'up' : 'down',
          addresses: nic.addresses.join(', '),
        })),
        events: eventRows(events),
      },
    });
  };
}

/** The host that the path names. */
export function hostName(request: Request): string {
  const { name } = request.params;
  return typeof name === 'string' ? name : '';
}
