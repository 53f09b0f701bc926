import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { Problem } from '../../../domain/error/problem.ts';
import type { Host } from '../../../domain/host/host.ts';
import type { HostChange } from '../../../domain/host/request.ts';
import { parseIpv4 } from '../../../protocol/address/ipv4.ts';
import type { PagesDependencies } from './dependencies.ts';
import { hostName } from './host-page.ts';
import { diskText, machineRows } from './host-words.ts';
import { actorOf, finish, wantsPart } from './views.ts';
import type { Views } from './views.ts';

/** What the form sends: every field, empty when it was left so. */
const form = z.object({
  name: z.string().max(63).default(''),
  cluster: z.string().max(63).default(''),
  role: z.enum(['control-plane', 'worker']).default('worker'),
  disk: z.string().max(256).default(''),
  address: z.string().max(32).default(''),
});
type AcceptForm = z.output<typeof form>;

/** `/hosts/:name/accept`: the form, filled in with what is known of the machine. */
export function showAccept(deps: PagesDependencies, views: Views): RequestHandler {
  return async (req, res) => {
    const host = deps.services.hosts.find(hostName(req));
    const { assignment } = host;
    await showForm(deps, views, req, res, host, {
      name: host.name,
      cluster: assignment?.cluster ?? '',
      role: assignment?.role ?? 'worker',
      disk: host.disk ?? suggestedDisk(host),
      address: host.address ?? '',
    });
  };
}

export function acceptHost(deps: PagesDependencies, views: Views): RequestHandler {
  return async (req, res) => {
    const host = deps.services.hosts.find(hostName(req));
    const values = form.parse(req.body ?? {});
    try {
      const accepted = await deps.services.hosts.accept(host.name, changeOf(values), actorOf(res));
      finish(req, res, `/hosts/${encodeURIComponent(accepted.name)}`);
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.status >= 500) throw thrown;
      await showForm(deps, views, req, res, host, values, thrown);
    }
  };
}

function changeOf({ name, cluster, role, disk, address }: AcceptForm): HostChange {
  const reserved = address.trim() === '' ? undefined : parseIpv4(address.trim());
  if (address.trim() !== '' && reserved === undefined) {
    throw new Problem('input-invalid', `"${address}" is not an IPv4 address.`, {
      remedy: 'Write it as 10.20.0.11, or leave the field empty.',
    });
  }
  return {
    name: name.trim(),
    assignment: cluster === '' ? undefined : { cluster, role },
    disk: disk.trim() === '' ? undefined : disk.trim(),
    address: reserved,
  };
}

/** With one disk that cannot be pulled out there is nothing to choose. */
function suggestedDisk(host: Host): string {
  const fixed = (host.facts?.disks ?? []).filter((disk) => !disk.removable);
  return fixed.length === 1 ? (fixed[0]?.ids[0] ?? fixed[0]?.name ?? '') : '';
}

async function showForm(
  deps: PagesDependencies,
  views: Views,
  req: Request,
  res: Response,
  host: Host,
  values: AcceptForm,
  problem?: Problem,
): Promise<void> {
  await views.send(res, {
    view: wantsPart(req) ? 'accept' : 'accept-page',
    title: `Accept ${host.name}`,
    here: '/',
    status: problem?.status ?? 200,
    values: {
      path: encodeURIComponent(host.name),
      macs: host.macs,
      machine: machineRows(host),
      clusters: (await deps.services.clusters.list()).map((cluster) => cluster.name),
      disks: (host.facts?.disks ?? []).map((disk) => ({
        value: disk.ids[0] ?? disk.name,
        text: diskText(disk),
      })),
      values,
      problem,
    },
  });
}
