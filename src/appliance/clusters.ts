import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerSideApplier } from '../adapters/kubernetes/addon-applier.ts';
import { KubernetesClusterApi } from '../adapters/kubernetes/cluster-api.ts';
import { ApiConnections } from '../adapters/kubernetes/connections.ts';
import { KubernetesClusterReader } from '../adapters/kubernetes/cluster-reader.ts';
import { NodeRemoval } from '../adapters/kubernetes/node-removal.ts';
import type { ClusterWork } from '../adapters/http/admin/services.ts';
import { MintedCredentials } from '../adapters/kubernetes/minted-credentials.ts';
import { ForgePki } from '../adapters/pki/forge-pki.ts';
import { EjsTemplates } from '../adapters/template/ejs-templates.ts';
import type { HearthConfig } from '../config/hearth/load.ts';
import { loadCluster } from '../config/ocne/load.ts';
import { ClusterAddons } from '../domain/cluster/addons/cluster-addons.ts';
import { ClusterBirths } from '../domain/cluster/birth.ts';
import { ClusterAccess } from '../domain/cluster/cluster-access.ts';
import { ClusterRemoval } from '../domain/cluster/cluster-removal.ts';
import { ClusterUp } from '../domain/cluster/cluster-up.ts';
import { HostDeparture } from '../domain/cluster/host-departure.ts';
import { chooseImage, chooseMedium } from '../domain/media/choose.ts';
import { ClusterSecrets } from '../domain/cluster/cluster-secrets.ts';
import { Clusters } from '../domain/cluster/clusters.ts';
import type { ClusterFileReader } from '../domain/cluster/clusters.ts';
import { JoinTokens } from '../domain/cluster/join-tokens.ts';
import { LateNodeConfigs } from '../domain/cluster/late-node-configs.ts';
import { NodeConfigs, interfaceOf } from '../domain/cluster/node-configs.ts';
import { NodeWatch } from '../domain/cluster/node-watch.ts';
import type { Cluster } from '../domain/cluster/record.ts';
import { SharedHealth } from '../domain/cluster/shared-health.ts';
import type { ClusterApi } from '../domain/cluster/api.ts';
import type { BootTokens } from '../domain/access/boot-tokens.ts';
import { Problem } from '../domain/error/problem.ts';
import type { HostInventory } from '../domain/host/inventory.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Storage } from './storage.ts';

/** What brings clusters to life. */
export interface ClusterParts {
  readonly clusters: Clusters;
  readonly work: ClusterWork;
  readonly configs: NodeConfigs;
  readonly watch: NodeWatch;
  /** Begins what addons lack, and does not wait for it. */
  lookAfterAddons(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterWiring {
  readonly storage: Storage;
  readonly hosts: HostInventory;
  readonly tokens: BootTokens;
  readonly networks: HearthConfig['networks'];
  readonly clock: Clock;
}

export function wireClusters({ storage, hosts, tokens, networks, clock }: ClusterWiring): ClusterParts {
  const { clusters: store, events } = storage;
  const secrets = new ClusterSecrets(storage.secrets);
  const pki = new ForgePki(clock);
  const minted = new MintedCredentials({ secrets, pki, clock });
  const connections = new ApiConnections({ credentials: (cluster) => minted.credentials(cluster) });
  const api = withSharedHealth(new KubernetesClusterApi({ connections, clock }), clock);
  const births = new ClusterBirths({ clusters: store, api, hosts, clock });
  const joinTokens = new JoinTokens({ api, store: storage.secrets, random: (count) => randomBytes(count) });
  const renderer = new LateNodeConfigs({
    templates: new EjsTemplates('ignition-templates'),
    secrets,
    pki,
    api,
    joinTokens,
  });
  const stopped = new AbortController();
  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: stopped.signal, ref: false }).catch((cause: unknown) => {
      throw new Problem('not-ready', 'The appliance was stopped meanwhile.', { cause });
    });
  const addons = new ClusterAddons({
    clusters: store,
    api: { health: (cluster) => births.look(cluster) },
    applier: new ServerSideApplier({ connections }),
    templates: new EjsTemplates('manifest-templates'),
    events,
    clock,
    pause,
    networkInterfaces: (cluster) => interfacesOf(cluster, hosts),
  });
  const clusters = new Clusters({ store, secrets, pki, read: readClusterFile, events, clock });
  const work: ClusterWork = {
    addons,
    access: new ClusterAccess({ clusters, secrets, pki, issuer: minted, events, clock }),
    up: new ClusterUp({ clusters, hosts, sources: installSources(storage), networks, events }),
    reader: new KubernetesClusterReader({ connections }),
    removal: new ClusterRemoval({ clusters, store, hosts, secrets, joinTokens, tokens, events }),
    departure: new HostDeparture({
      hosts,
      clusters: store,
      nodes: new NodeRemoval({ connections, clock, pause }),
      tokens,
      events,
    }),
  };
  return {
    clusters,
    work,
    configs: new NodeConfigs({ hosts, tokens, births, renderer, events }),
    watch: new NodeWatch({ hosts, clusters: store, api, births, tokens, joinTokens, events }),
    lookAfterAddons: () => {
      // Failures are told and kept by ClusterAddons; only a store that cannot be read gets here, and says so itself.
      addons.check().catch(() => undefined);
      return Promise.resolve();
    },
    stop: () => {
      stopped.abort();
      connections.close();
      return Promise.resolve();
    },
  };
}

function installSources({ media, images }: Storage): ConstructorParameters<typeof ClusterUp>[0]['sources'] {
  return {
    medium: (name) => new Promise((resolve) => resolve(chooseMedium(media.list(), name).name)),
    image: (name) => new Promise((resolve) => resolve(chooseImage(images.list(), name).name)),
  };
}

function withSharedHealth(api: KubernetesClusterApi, clock: Clock): ClusterApi {
  const shared = new SharedHealth({ api, clock });
  return {
    health: (cluster) => shared.health(cluster),
    node: (cluster, name) => api.node(cluster, name),
    forgetNode: (cluster, name) => api.forgetNode(cluster, name),
    createBootstrapToken: (cluster, token, seconds) => api.createBootstrapToken(cluster, token, seconds),
    deleteBootstrapToken: (cluster, token) => api.deleteBootstrapToken(cluster, token),
  };
}

/** In order of name: the same hosts must always give the same manifests. */
function interfacesOf(cluster: Cluster, hosts: HostInventory): readonly string[] {
  const names = hosts
    .all()
    .filter((host) => host.assignment?.cluster === cluster.name)
    .map(interfaceOf)
    .filter((name) => name !== undefined);
  return [...new Set(names)].toSorted();
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
