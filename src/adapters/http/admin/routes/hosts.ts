import { z } from 'zod';
import type { Host } from '../../../../domain/host/host.ts';
import { stateDeadline, waitingText } from '../../../../domain/host/lifecycle.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { armSchema, hostChangeSchema, newHostSchema, releaseSchema } from './host-input.ts';
import { emptySchema, listQuery } from './shared-input.ts';

const PATH = '/api/v1/hosts';

const hostSchema = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    state: z.string(),
    since: z.number().meta({ description: 'Milliseconds since the Unix epoch, as every time here.' }),
    macs: z.array(z.string()),
    waiting: z.string().meta({ description: 'One sentence: what the host waits for.' }),
    deadline: z.number().optional().meta({ description: 'When the present state has lasted too long.' }),
  })
  .meta({ id: 'Host' });

const answer = { schema: hostSchema };

/** The inventory. `:name` is a host's name or one of its MAC addresses. */
export function hostRoutes({
  hosts,
  clusterWork,
}: Pick<Services, 'hosts' | 'clusterWork'>): readonly Route[] {
  return [
    route({
      method: 'get',
      path: PATH,
      permission: 'read',
      summary: 'All hosts, by name; with `state` or `cluster` those in it.',
      query: listQuery({ state: z.string().max(32).optional(), cluster: z.string().max(63).optional() }),
      answer: { schema: z.array(hostSchema) },
      handle: ({ query }) =>
        hosts
          .all()
          .filter((host) => query.state === undefined || host.state === query.state)
          .filter((host) => query.cluster === undefined || host.assignment?.cluster === query.cluster)
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
          .map(hostView),
    }),
    route({
      method: 'post',
      path: PATH,
      permission: 'write',
      summary:
        'Adds a host before its machine was ever seen, or accepts the machine that has one of its MACs.',
      body: newHostSchema,
      answer: { ...answer, status: 201 },
      handle: async ({ body, actor }) => hostView(await hosts.add(body, actor)),
    }),
    route({
      method: 'get',
      path: `${PATH}/:name`,
      permission: 'read',
      summary: 'One host.',
      answer,
      handle: ({ param }) => hostView(hosts.find(param('name'))),
    }),
    route({
      method: 'post',
      path: `${PATH}/:name/accept`,
      permission: 'write',
      summary: 'Takes a discovered machine into the inventory.',
      body: hostChangeSchema,
      answer,
      handle: async ({ param, body, actor }) => hostView(await hosts.accept(param('name'), body, actor)),
    }),
    ...(['post', 'patch'] as const).map((method) =>
      route({
        method,
        path: method === 'post' ? `${PATH}/:name/assign` : `${PATH}/:name`,
        permission: 'write',
        summary: 'Changes what is known of a host: cluster and role, address, disk, and so on.',
        body: hostChangeSchema,
        answer,
        handle: async ({ param, body, actor }) => hostView(await hosts.assign(param('name'), body, actor)),
      }),
    ),
    ...(['arm', 'reinstall'] as const).map((action) =>
      route({
        method: 'post',
        path: `${PATH}/:name/${action}`,
        permission: 'write',
        summary:
          action === 'arm'
            ? 'Allows one install of a host, for a limited time.'
            : 'Allows one install of a host that was installed before; it erases the node.',
        body: armSchema,
        answer,
        handle: async ({ param, body, actor }) => hostView(await hosts[action](param('name'), body, actor)),
      }),
    ),
    route({
      method: 'post',
      path: `${PATH}/:name/cancel`,
      permission: 'write',
      summary: 'Takes back the permission to install.',
      body: emptySchema,
      answer,
      handle: async ({ param, actor }) => hostView(await hosts.cancel(param('name'), actor)),
    }),
    route({
      method: 'post',
      path: `${PATH}/:name/release`,
      permission: 'write',
      summary:
        'Takes a host out of use. A node is drained and deleted first; with `force` its pods are not moved, and a cluster that does not answer is no obstacle.',
      body: releaseSchema,
      answer,
      handle: async ({ param, body, actor }) =>
        hostView(await clusterWork.departure.release(param('name'), body, actor)),
    }),
    route({
      method: 'delete',
      path: `${PATH}/:name`,
      permission: 'write',
      summary: 'Forgets a host that is no node; its machine is discovered again when it asks.',
      handle: async ({ param, actor }) => {
        await hosts.remove(param('name'), actor);
      },
    }),
  ];
}

/** A host with what it waits for in words. */
export function hostView(host: Host): Host & { readonly waiting: string; readonly deadline?: number } {
  const deadline = stateDeadline(host);
  return { ...host, waiting: waitingText(host), ...(deadline === undefined ? {} : { deadline }) };
}
