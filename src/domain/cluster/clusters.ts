import type { IgnitionConfig } from '../../protocol/ignition/config.ts';
import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Clock } from '../time/clock.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { ClusterConfig } from './config.ts';
import type { PkiAuthority } from './pki.ts';
import type { Cluster, ClusterStore } from './record.ts';
import { freeRouterId } from './virtual-router.ts';

/** Reads the text of an `ocne` byo cluster file. @throws Problem `config-invalid` or `cluster-invalid` */
export type ClusterFileReader = (source: string) => {
  readonly cluster: ClusterConfig;
  readonly extra: readonly IgnitionConfig[];
  readonly warnings: readonly string[];
};

export interface ClustersDependencies {
  readonly store: ClusterStore;
  readonly secrets: ClusterSecrets;
  readonly pki: Pick<PkiAuthority, 'createClusterPki'>;
  readonly read: ClusterFileReader;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The clusters that this appliance brings to life. */
export class Clusters {
  readonly #deps: ClustersDependencies;

  constructor(deps: ClustersDependencies) {
    this.#deps = deps;
  }

  list(): Promise<readonly Cluster[]> {
    return this.#deps.store.list();
  }

  async get(name: string): Promise<Cluster> {
    const cluster = await this.#deps.store.get(name);
    if (cluster === undefined) throw new Problem('cluster-not-found', `There is no cluster "${name}".`);
    return cluster;
  }

  /** Makes a cluster from its file, keys first: a cluster without keys could never be installed. */
  async create(source: string, actor: string): Promise<{ cluster: Cluster; warnings: readonly string[] }> {
    const { store, secrets, pki, read, events, clock } = this.#deps;
    const { cluster: config, extra, warnings } = read(source);
    if ((await store.get(config.name)) !== undefined) {
      throw new Problem('cluster-exists', `There is a cluster "${config.name}" already.`);
    }
    const { certificateInformation, endpoint, name } = config;
    await secrets.keep(name, await pki.createClusterPki(endpoint.host, certificateInformation));
    const cluster: Cluster = {
      name,
      source,
      config,
      extra,
      birth: { kind: 'unborn' },
      ...(endpoint.kind === 'virtual-ip' ? { virtualRouterId: freeRouterId(await store.list()) } : {}),
      createdAt: clock.now(),
    };
    await store.add(cluster);
    events.record({
      level: 'info',
      type: 'cluster.created',
      text: `Cluster ${name} was created; its API will be at ${endpoint.host}:${endpoint.port}`,
      actor,
      data: { cluster: name },
    });
    return { cluster, warnings };
  }
}
