import { randomBytes } from 'node:crypto';
import { ForgePki } from '../adapters/pki/forge-pki.ts';
import { EjsTemplates } from '../adapters/template/ejs-templates.ts';
import { loadCluster } from '../config/ocne/load.ts';
import { ClusterBirths } from '../domain/cluster/birth.ts';
import { ClusterSecrets } from '../domain/cluster/cluster-secrets.ts';
import { Clusters } from '../domain/cluster/clusters.ts';
import type { ClusterFileReader } from '../domain/cluster/clusters.ts';
import { LateNodeConfigs } from '../domain/cluster/late-node-configs.ts';
import { NodeConfigs } from '../domain/cluster/node-configs.ts';
import { NodeWatch } from '../domain/cluster/node-watch.ts';
import type { ClusterApi } from '../domain/cluster/api.ts';
import type { BootTokens } from '../domain/access/boot-tokens.ts';
import type { HostInventory } from '../domain/host/inventory.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Storage } from './storage.ts';

/** What brings clusters to life. */
export interface ClusterParts {
  readonly clusters: Clusters;
  readonly configs: NodeConfigs;
  readonly watch: NodeWatch;
}

export interface ClusterWiring {
  readonly storage: Storage;
  readonly hosts: HostInventory;
  readonly tokens: BootTokens;
  readonly clock: Clock;
  readonly api: (secrets: ClusterSecrets) => ClusterApi;
}

export function wireClusters({ storage, hosts, tokens, clock, api: makeApi }: ClusterWiring): ClusterParts {
  const { clusters: store, events } = storage;
  const secrets = new ClusterSecrets(storage.secrets);
  const pki = new ForgePki(clock);
  const api = makeApi(secrets);
  const births = new ClusterBirths({ clusters: store, api, hosts, clock });
  const renderer = new LateNodeConfigs({
    templates: new EjsTemplates('ignition-templates'),
    secrets,
    pki,
    api,
    random: (count) => randomBytes(count),
  });
  return {
    clusters: new Clusters({ store, secrets, pki, read: readClusterFile, events, clock }),
    configs: new NodeConfigs({ hosts, tokens, births, renderer, events }),
    watch: new NodeWatch({ hosts, clusters: store, api, births, tokens }),
  };
}

const CLUSTER_FILE = '/cluster.yaml';

/**
 * A cluster file that came over the API: its text is the only file there is. Nothing of the appliance's own disk or
 * home directory can be named in it.
 */
const readClusterFile: ClusterFileReader = (source) =>
  loadCluster({
    clusterFile: CLUSTER_FILE,
    networkInterface: 'per-host',
    environment: {},
    home: '/nonexistent',
    files: { read: (path) => (path === CLUSTER_FILE ? source : undefined), list: () => undefined },
  });
