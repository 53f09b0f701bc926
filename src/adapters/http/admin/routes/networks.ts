import { z } from 'zod';
import { Problem } from '../../../../domain/error/problem.ts';
import type { ServedNetwork } from '../../../../domain/lease/network.ts';
import { parseMac } from '../../../../protocol/address/mac.ts';
import { formatSubnet } from '../../../../protocol/address/subnet.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';

const networkSchema = z
  .looseObject({ name: z.string(), subnet: z.string(), address: z.string(), dhcp: z.string() })
  .meta({ id: 'Network' });

const leaseSchema = z
  .looseObject({ address: z.string(), network: z.string(), state: z.string() })
  .meta({ id: 'Lease' });

/** Served networks, leases, and why a machine gets what it gets. */
export function networkRoutes(services: Pick<Services, 'networks' | 'leases' | 'explain'>): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/networks',
      permission: 'read',
      summary: 'The networks of hearth.yaml with every default filled in.',
      answer: { schema: z.array(networkSchema) },
      handle: () => services.networks.all().map(networkView),
    }),
    route({
      method: 'get',
      path: '/api/v1/networks/explain/:mac',
      permission: 'read',
      summary: 'What a machine was answered and why, in lines for people.',
      answer: { schema: z.object({ lines: z.array(z.string()) }) },
      handle: ({ param }) => {
        const mac = parseMac(param('mac'));
        if (mac === undefined) {
          throw new Problem(
            'input-invalid',
            `${JSON.stringify(param('mac').slice(0, 40))} is not a MAC address.`,
          );
        }
        return services.explain(mac);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/leases',
      permission: 'read',
      summary: 'Addresses that are leased or were declined.',
      answer: { schema: z.array(leaseSchema) },
      handle: () => services.leases(),
    }),
  ];
}

function networkView(network: ServedNetwork): unknown {
  return {
    ...network,
    subnet: formatSubnet(network.subnet),
    ranges: network.ranges.map(({ first, last }) => `${first}-${last}`),
    options: network.options.map(({ code, value }) => ({ code, value: Buffer.from(value).toString('hex') })),
  };
}
