import type { RequestHandler } from 'express';
import { formatSubnet } from '../../../protocol/address/subnet.ts';
import { moment } from '../../../web/amount.ts';
import type { PagesDependencies } from './dependencies.ts';
import type { Views } from './views.ts';

/** A page of thousands of leases helps nobody; `hearth lease list` has them all. */
const LEASES_SHOWN = 500;

/** `/networks`: what is served, and who has which address. */
export function networksPage({ services }: PagesDependencies, views: Views): RequestHandler {
  return async (_req, res) => {
    const leases = await services.leases();
    const networks = services.networks.all().map((network) => ({
      name: network.name,
      interface: network.interface ?? 'through relays',
      subnet: formatSubnet(network.subnet),
      address: network.address,
      dhcp: network.dhcp,
      ranges: network.ranges.map(({ first, last }) => `${first}–${last}`).join(', ') || '–',
      leases: leases.filter((lease) => lease.network === network.name).length,
    }));
    await views.send(res, {
      view: 'networks',
      title: 'Networks',
      here: '/networks',
      values: {
        networks,
        leases: leases.slice(0, LEASES_SHOWN).map((lease) => ({
          address: lease.address,
          mac: lease.mac ?? '–',
          hostname: lease.hostname ?? '–',
          network: lease.network,
          state: lease.state,
          ends: lease.expiresAt === undefined ? '–' : moment(lease.expiresAt),
        })),
      },
    });
  };
}
