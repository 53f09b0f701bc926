import type { Cluster } from '../record.ts';
import type { Manifest, ManifestReference } from './manifest.ts';

export type ApplyOutcome = 'created' | 'changed' | 'unchanged';

/** Puts objects into clusters. Every call is bounded in time. */
export interface AddonApplier {
  /**
   * Server-side apply as field manager `hearth`, taking over fields that others own.
   *
   * @throws Problem `cluster-unreachable` when it may work later, `cluster-refused` when it will not
   */
  apply(cluster: Cluster, manifest: Manifest): Promise<ApplyOutcome>;
  /** The object as it is, or undefined. @throws Problem as `apply` */
  read(cluster: Cluster, reference: ManifestReference): Promise<unknown>;
  /** Names of the images that the control planes have. @throws Problem as `apply` */
  images(cluster: Cluster): Promise<readonly string[]>;
}
