import type { RequestHandler } from 'express';
import type { PagesDependencies } from './dependencies.ts';
import { discoveredRow, hostRow } from './host-words.ts';
import type { Views } from './views.ts';

/** Failed hosts first: they are the ones that need a person. */
const ORDER = [
  'failed',
  'installing',
  'installed',
  'igniting',
  'joining',
  'armed',
  'registered',
  'active',
  'released',
];

/** `/`: every host and what it waits for, machines that were discovered on top. */
export function hostsPage(
  deps: PagesDependencies,
  views: Views,
  view: 'hosts' | 'hosts-list',
): RequestHandler {
  return async (_req, res) => {
    const now = deps.clock.now();
    const all = deps.services.hosts.all();
    const hosts = all
      .filter((host) => host.state !== 'discovered')
      .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.name < b.name ? -1 : 1));
    const discovered = all
      .filter((host) => host.state === 'discovered')
      .toSorted((a, b) => (b.sighting?.at ?? 0) - (a.sighting?.at ?? 0));
    await views.send(res, {
      view,
      title: 'Hosts',
      here: '/',
      values: {
        hosts: hosts.map((host) => hostRow(host, now)),
        discovered: discovered.map((host) => discoveredRow(host, now)),
        networkless: deps.services.networks.all().length === 0,
      },
    });
  };
}
