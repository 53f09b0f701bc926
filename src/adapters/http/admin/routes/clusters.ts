import { z } from 'zod';
import type { Cluster } from '../../../../domain/cluster/record.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';

/** A cluster file with inline Ignition can be long. */
const MAX_CLUSTER_FILE = 512 * 1024;
const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'];

const clusterSchema = z
  .looseObject({ name: z.string(), birth: z.looseObject({ kind: z.string() }), createdAt: z.number() })
  .meta({ id: 'Cluster' });

export function clusterRoutes({ clusters }: Pick<Services, 'clusters'>): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/clusters',
      permission: 'read',
      summary: 'All clusters.',
      answer: { schema: z.array(clusterSchema) },
      handle: async () => (await clusters.list()).map(clusterView),
    }),
    route({
      method: 'post',
      path: '/api/v1/clusters',
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
      path: '/api/v1/clusters/:name',
      permission: 'read',
      summary: 'One cluster.',
      answer: { schema: clusterSchema },
      handle: async ({ param }) => clusterView(await clusters.get(param('name'))),
    }),
  ];
}

/** A cluster without what only its nodes may read: the console password's hash and Ignition of the user's own. */
function clusterView(cluster: Cluster): object {
  const { name, birth, createdAt, config } = cluster;
  const { password, extraIgnition, extraIgnitionInline, ...shown } = config;
  return {
    name,
    birth,
    createdAt,
    config: {
      ...shown,
      hasPassword: password !== '',
      hasExtraIgnition: extraIgnition !== '' || extraIgnitionInline !== '',
    },
  };
}
