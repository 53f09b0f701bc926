import { Problem } from '../error/problem.ts';
import type { SecretStore } from '../access/secret-store.ts';
import type { ClusterPki } from './pki.ts';

/** The keys of clusters, encrypted at rest. */
export class ClusterSecrets {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  async keep(cluster: string, pki: ClusterPki): Promise<void> {
    await this.#store.put(nameOf(cluster), Buffer.from(JSON.stringify(pki)));
  }

  /** @throws Problem `internal` when a cluster lost its keys, which only a damaged data directory does */
  async pki(cluster: string): Promise<ClusterPki> {
    const bytes = await this.#store.get(nameOf(cluster));
    if (bytes === undefined) {
      throw new Problem('internal', `The keys of cluster ${cluster} are not in the data directory.`);
    }
    // Written by `keep` and authenticated by the store, so the shape is known.
    return JSON.parse(Buffer.from(bytes).toString()) as ClusterPki;
  }

  async forget(cluster: string): Promise<void> {
    await this.#store.remove(nameOf(cluster));
  }
}

function nameOf(cluster: string): string {
  return `cluster/${cluster}/pki`;
}
