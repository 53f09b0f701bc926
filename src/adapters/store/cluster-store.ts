import { z } from 'zod';
import type { Cluster, ClusterStore } from '../../domain/cluster/record.ts';
import type { ClusterConfig } from '../../domain/cluster/config.ts';
import type { Database } from './database.ts';
import { SqliteDocumentStore } from './document-store.ts';

const text = z.string();
const port = z.number();
const endpoint = { host: text, port, apiServerPort: port };

/** What an install or a join is decided by; the rest of the config is checked where the file is read. */
const configSchema = z.looseObject({
  name: text,
  kubernetesVersion: text,
  endpoint: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('virtual-ip'), ...endpoint }),
    z.object({ kind: z.literal('load-balancer'), ...endpoint }),
  ]),
  podSubnet: text,
  serviceSubnet: text,
  proxy: z.object({ httpsProxy: text, httpProxy: text, noProxy: text }),
  controlPlaneNodes: z.number(),
  workerNodes: z.number(),
}) as unknown as z.ZodType<ClusterConfig>;

const clusterSchema = z.looseObject({
  name: text,
  source: text,
  config: configSchema,
  birth: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('unborn') }),
    z.object({
      kind: z.literal('initialising'),
      host: text,
      since: z.number(),
    }),
    z.object({ kind: z.literal('born'), at: z.number() }),
  ]),
  virtualRouterId: z.number().optional(),
  createdAt: z.number(),
}) as unknown as z.ZodType<Cluster>;

export function sqliteClusterStore(database: Database): ClusterStore {
  return new SqliteDocumentStore<Cluster>(database, {
    kind: 'cluster',
    schema: clusterSchema,
    exists: 'cluster-exists',
    notFound: 'cluster-not-found',
  });
}
