import { z } from 'zod';
import type { Cluster } from '../../../../domain/cluster/record.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { upSchema } from './cluster-input.ts';
import { hostView } from './hosts.ts';
import { emptySchema, listQuery, queryNumber } from './shared-input.ts';

/** A cluster file with inline Ignition can be long. */
const MAX_CLUSTER_FILE = 512 * 1024;
const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'];
const PATH = '/api/v1/clusters';
const EIGHT_HOURS = 8 * 3600;
const MOST_DUMPED_EVENTS = 1_000;

const clusterSchema = z
  .looseObject({ name: z.string(), birth: z.looseObject({ kind: z.string() }), createdAt: z.number() })
  .meta({ id: 'Cluster' });

const upAnswer = z.looseObject({
  hosts: z.array(z.looseObject({ name: z.string() })),
  armed: z.array(z.string()),
  warnings: z.array(z.string()),
});

/** Clusters: kept, brought up, looked into, and forgotten. */
export function clusterRoutes(
  services: Pick<Services, 'clusters' | 'clusterWork' | 'hosts' | 'events'>,
): readonly Route[] {
  const { clusters, clusterWork } = services;
  return [
    route({
      method: 'get',
      path: PATH,
      permission: 'read',
      summary: 'All clusters.',
      answer: { schema: z.array(clusterSchema) },
      handle: async () => (await clusters.list()).map(clusterView),
    }),
    route({
      method: 'post',
      path: PATH,
      permission: 'write',
      summary: 'Creates a cluster from an ocne byo cluster file, as YAML or as `{"yaml": "…"}`.',
      body: z.strictObject({ yaml: z.string().min(1).max(MAX_CLUSTER_FILE) }),
      textBody: { types: YAML, field: 'yaml' },
      answer: { schema: clusterSchema, status: 201 },
      handle: async ({ body, actor }) => {
        const { cluster, warnings } = await clusters.create(body.yaml, actor);
        return { ...clusterView(cluster), warnings };
      },
    }),
    route({
      method: 'get',
      path: `${PATH}/:name`,
      permission: 'read',
      summary: 'One cluster, with how far its addons are and when its authorities end.',
      answer: { schema: clusterSchema },
      handle: async ({ param }) => {
        const cluster = await clusters.get(param('name'));
        const [addons, certificates] = await Promise.all([
          clusterWork.addons.status(cluster),
          clusterWork.access.certificates(cluster),
        ]);
        return { ...clusterView(cluster), addons, certificates };
      },
    }),
    route({
      method: 'post',
      path: `${PATH}/:name/up`,
      permission: 'write',
      summary: 'Assigns hosts by name, label or count and arms all of them; power them on in any order.',
      body: upSchema,
      answer: { schema: upAnswer },
      handle: async ({ param, body, actor }) => {
        const { hosts, armed, warnings } = await clusterWork.up.up(param('name'), body, actor);
        return { hosts: hosts.map(hostView), armed, warnings };
      },
    }),
    route({
      method: 'get',
      path: `${PATH}/:name/kubeconfig`,
      // It opens the whole cluster, so looking is not enough.
      permission: 'write',
      summary: 'A kubeconfig with a client certificate made for it, good for `ttlSeconds` (8 h).',
      query: listQuery({ ttlSeconds: queryNumber(60, 365 * 86_400).default(EIGHT_HOURS) }),
      answer: { schema: z.object({ kubeconfig: z.string(), expiresAt: z.number() }) },
      handle: ({ param, query, actor }) =>
        clusterWork.access.kubeconfig(param('name'), query.ttlSeconds, actor),
    }),
    route({
      method: 'get',
      path: `${PATH}/:name/info`,
      permission: 'read',
      summary: 'What the cluster says of itself now: nodes, versions, the API server’s certificate.',
      answer: { schema: z.looseObject({ kind: z.string() }) },
      handle: async ({ param }) => clusterWork.reader.state(await clusters.get(param('name'))),
    }),
    route({
      method: 'get',
      path: `${PATH}/:name/dump`,
      permission: 'write',
      summary: 'What helps to find out why a cluster does not work, with everything secret left out.',
      answer: { schema: z.looseObject({}) },
      handle: ({ param }) => dump(services, param('name')),
    }),
    route({
      method: 'delete',
      path: `${PATH}/:name`,
      permission: 'write',
      summary: 'Forgets a cluster and its keys; with `force` also while hosts belong to it.',
      body: emptySchema,
      query: listQuery({ force: z.enum(['true', 'false']).optional() }),
      handle: async ({ param, query, actor }) => {
        await clusterWork.removal.remove(param('name'), { force: query.force === 'true' }, actor);
        return undefined;
      },
    }),
  ];
}

async function dump(
  { clusters, clusterWork, hosts, events }: Pick<Services, 'clusters' | 'clusterWork' | 'hosts' | 'events'>,
  name: string,
): Promise<object> {
  const cluster = await clusters.get(name);
  const members = hosts.all().filter(({ assignment }) => assignment?.cluster === name);
  const ids = new Set(members.map(({ id }) => id));
  const [addons, certificates, live, log] = await Promise.all([
    clusterWork.addons.status(cluster),
    clusterWork.access.certificates(cluster),
    clusterWork.reader.dump(cluster),
    events.list({ limit: MOST_DUMPED_EVENTS }),
  ]);
  return {
    cluster: { ...clusterView(cluster), addons, certificates },
    hosts: members.map(hostView),
    events: log.filter(
      ({ host, data }) => data?.['cluster'] === name || (host !== undefined && ids.has(host)),
    ),
    live,
  };
}

/** A cluster without what only its nodes may read: passwords and Ignition of the user's own. */
function clusterView(cluster: Cluster): object {
  const { name, birth, createdAt, config, virtualRouterId } = cluster;
  const { password, extraIgnition, extraIgnitionInline, proxy, ...shown } = config;
  return {
    name,
    birth,
    createdAt,
    ...(virtualRouterId === undefined ? {} : { virtualRouterId }),
    config: {
      ...shown,
      proxy: {
        httpsProxy: withoutUser(proxy.httpsProxy),
        httpProxy: withoutUser(proxy.httpProxy),
        noProxy: proxy.noProxy,
      },
      hasPassword: password !== '',
      hasExtraIgnition: extraIgnition !== '' || extraIgnitionInline !== '',
    },
  };
}

/** A proxy's address without the name and password that people put into it. */
function withoutUser(proxy: string): string {
  return proxy.replace(/\/\/[^/@]*@/, '//');
}
