import { Problem } from '../../src/domain/error/problem.ts';
import type { Cluster, ClusterStore } from '../../src/domain/cluster/record.ts';

/** Clusters in memory. */
export class MemoryClusterStore implements ClusterStore {
  readonly #clusters = new Map<string, Cluster>();

  list(): Promise<readonly Cluster[]> {
    return Promise.resolve([...this.#clusters.values()]);
  }

  get(name: string): Promise<Cluster | undefined> {
    return Promise.resolve(this.#clusters.get(name));
  }

  async add(cluster: Cluster): Promise<void> {
    await Promise.resolve();
    if (this.#clusters.has(cluster.name)) throw new Problem('cluster-exists', `${cluster.name} exists.`);
    this.#clusters.set(cluster.name, cluster);
  }

  async update(cluster: Cluster): Promise<void> {
    await Promise.resolve();
    this.#clusters.set(cluster.name, cluster);
  }

  remove(name: string): Promise<boolean> {
    return Promise.resolve(this.#clusters.delete(name));
  }
}
