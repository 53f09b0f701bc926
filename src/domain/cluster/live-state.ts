import type { Instant } from '../time/clock.ts';
import type { NodeHealth } from './api.ts';
import type { CertificateExpiry } from './cluster-access.ts';
import type { Cluster } from './record.ts';

/** A node as its cluster shows it. */
export interface LiveNode {
  readonly name: string;
  readonly roles: readonly string[];
  readonly health: NodeHealth;
  /** Of the kubelet. */
  readonly version: string;
  readonly osImage: string;
  readonly address?: string | undefined;
  readonly createdAt?: Instant | undefined;
  readonly unschedulable: boolean;
  /** OCK's updater has a newer operating system ready (`ocne.oracle.com/update-available`). */
  readonly updateAvailable: boolean;
}

/** What a cluster says of itself. */
export type LiveState =
  | {
      readonly kind: 'answers';
      /** Of the API server, such as `v1.33.7`. */
      readonly version: string;
      readonly nodes: readonly LiveNode[];
      readonly certificates: readonly CertificateExpiry[];
    }
  | { readonly kind: 'silent'; readonly reason: string };

/** Reads clusters. Every call is bounded in time and size, and none throws for a cluster that does not answer. */
export interface ClusterReader {
  state(cluster: Cluster): Promise<LiveState>;
  /**
   * What helps to find out why a cluster does not work, as JSON values by kind. Nothing secret is in it: Secrets and the
   * contents of ConfigMaps are not read, environment variables and annotations are left out.
   */
  dump(cluster: Cluster): Promise<Readonly<Record<string, unknown>>>;
}
