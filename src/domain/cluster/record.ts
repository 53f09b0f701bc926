import type { IgnitionConfig } from '../../protocol/ignition/config.ts';
import type { HostId } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';
import type { ClusterConfig } from './config.ts';

/**
 * How far a cluster is in coming to life. Exactly one host initialises it; everyone else joins, also a host that is
 * reinstalled later.
 */
export type ClusterBirth =
  | { readonly kind: 'unborn' }
  | { readonly kind: 'initialising'; readonly host: HostId; readonly since: Instant }
  | { readonly kind: 'born'; readonly at: Instant };

/** A cluster that the appliance runs the birth of. */
export interface Cluster {
  readonly name: string;
  /** The file as the user gave it. */
  readonly source: string;
  readonly config: ClusterConfig;
  /** What the file adds to every node (`extraIgnition`), read when the cluster was made. */
  readonly extra: readonly IgnitionConfig[];
  readonly birth: ClusterBirth;
  /** VRRP id of the virtual IP; absent where there is none, and in clusters made before ids were handed out. */
  readonly virtualRouterId?: number | undefined;
  readonly createdAt: Instant;
}

/** Where clusters are kept. `add` of a name that exists rejects with `cluster-exists`; changes are durable when they resolve. */
export interface ClusterStore {
  list(): Promise<readonly Cluster[]>;
  get(name: string): Promise<Cluster | undefined>;
  add(cluster: Cluster): Promise<void>;
  update(cluster: Cluster): Promise<void>;
  remove(name: string): Promise<boolean>;
}
