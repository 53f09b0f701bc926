import { Buffer } from 'node:buffer';
import type { SecretStore } from '../access/secret-store.ts';
import type { HostId } from '../host/host.ts';
import type { ClusterApi } from './api.ts';
import type { Cluster } from './record.ts';
import { makeBootstrapToken } from './secrets.ts';
import type { RandomBytes } from './secrets.ts';

export interface JoinTokensDependencies {
  readonly api: Pick<ClusterApi, 'createBootstrapToken' | 'deleteBootstrapToken'>;
  readonly store: SecretStore;
  readonly random: RandomBytes;
}

/** From the fetch in the initramfs to kubeadm's discovery; a slow machine boots within this. */
const LIFE_SECONDS = 30 * 60;

/**
 * The kubeadm bootstrap tokens of hosts: one per host, made when it is handed out and deleted from the cluster when the
 * node is Ready. Kubernetes' own expiry is the safety net, for an appliance or a cluster that is down at that moment.
 *
 * Only the public half is remembered, the name of the Secret in the cluster; it opens nothing.
 */
export class JoinTokens {
  readonly #deps: JoinTokensDependencies;

  constructor(deps: JoinTokensDependencies) {
    this.#deps = deps;
  }

  /** A new token for a host; an earlier one of its is taken back. @throws what the cluster says */
  async issue(cluster: Cluster, host: HostId): Promise<string> {
    const { api, store, random } = this.#deps;
    await this.revoke(cluster, host).catch(() => undefined);
    const token = makeBootstrapToken(random);
    // Remembered first: a token that nobody knows of would live until it expires.
    await store.put(nameOf(cluster.name, host), Buffer.from(idOf(token)));
    await api.createBootstrapToken(cluster, token, LIFE_SECONDS);
    return token;
  }

  /**
   * Deletes a host's token from the cluster. Nothing happens where there is none.
   *
   * @returns whether there was one
   * @throws Problem `cluster-refused` or `cluster-unreachable`; it is still remembered then
   */
  async revoke(cluster: Cluster, host: HostId): Promise<boolean> {
    const { api, store } = this.#deps;
    const name = nameOf(cluster.name, host);
    const id = await store.get(name);
    if (id === undefined) return false;
    await api.deleteBootstrapToken(cluster, Buffer.from(id).toString());
    await store.remove(name);
    return true;
  }

  /** For a cluster that is deleted, together with the keys that could still reach it. */
  async forgetCluster(cluster: string): Promise<void> {
    for (const name of await this.#deps.store.names(nameOf(cluster, ''))) await this.#deps.store.remove(name);
  }
}

function idOf(token: string): string {
  return token.split('.')[0] ?? '';
}

function nameOf(cluster: string, host: string): string {
  return `cluster/${cluster}/join-token/${host}`;
}
