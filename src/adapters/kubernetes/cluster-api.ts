import type { ApiHealth, ClusterApi, NodeHealth } from '../../domain/cluster/api.ts';
import type { Cluster } from '../../domain/cluster/record.ts';
import { isBootstrapToken } from '../../domain/cluster/secrets.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { TOKEN_SECRETS, putBootstrapToken, tokenSecretName } from './bootstrap-token.ts';
import type { ApiConnection } from './connection.ts';
import type { ApiConnections } from './connections.ts';
import { clusterProblem, reasonOf } from './cluster-problem.ts';
import { ApiFailure } from './failure.ts';
import { nodeHealth } from './node-health.ts';

/** The Kubernetes API of the clusters over HTTPS. */
export class KubernetesClusterApi implements ClusterApi {
  readonly #connections: Pick<ApiConnections, 'to'>;
  readonly #clock: Clock;

  constructor(deps: { readonly connections: Pick<ApiConnections, 'to'>; readonly clock: Clock }) {
    this.#connections = deps.connections;
    this.#clock = deps.clock;
  }

  async health(cluster: Cluster): Promise<ApiHealth> {
    try {
      const connection = await this.#connections.to(cluster);
      const answer = await connection.call({ method: 'GET', path: '/readyz', query: { verbose: true } });
      if (answer.status === 200) return { kind: 'answers' };
      const failing = failingChecks(answer.text);
      if (failing.length > 0)
        return { kind: 'silent', reason: `answers, but is not ready yet: ${failing.join(', ')}` };
      await connection.json({ method: 'GET', path: '/readyz' });
      return { kind: 'answers' };
    } catch (thrown) {
      return { kind: 'silent', reason: reasonOf(thrown) };
    }
  }

  async node(cluster: Cluster, name: string): Promise<NodeHealth> {
    try {
      const connection = await this.#connections.to(cluster);
      return nodeHealth(
        await connection.json({ method: 'GET', path: `/api/v1/nodes/${encodeURIComponent(name)}` }),
      );
    } catch (thrown) {
      if (thrown instanceof ApiFailure && thrown.detail?.reason === 'NotFound') return { kind: 'absent' };
      return { kind: 'unknown', reason: `the API of ${cluster.name}: ${reasonOf(thrown)}` };
    }
  }

  /** @throws Problem `cluster-unreachable` or `cluster-refused` */
  async forgetNode(cluster: Cluster, name: string): Promise<void> {
    await this.#asking(cluster, `did not let ${name} go`, async (connection) => {
      try {
        await connection.json({ method: 'DELETE', path: `/api/v1/nodes/${encodeURIComponent(name)}` });
      } catch (thrown) {
        if (!(thrown instanceof ApiFailure) || thrown.detail?.reason !== 'NotFound') throw thrown;
      }
    });
  }

  /** @throws Problem `cluster-unreachable` or `cluster-refused` */
  async createBootstrapToken(cluster: Cluster, token: string, seconds: number): Promise<void> {
    if (!isBootstrapToken(token)) throw new Problem('internal', 'A bootstrap token has the wrong form.');
    const expires = this.#clock.now() + seconds * 1000;
    await this.#asking(cluster, 'did not take a join token', (connection) =>
      putBootstrapToken(connection, token, expires),
    );
  }

  /** @throws Problem `cluster-refused` or `cluster-unreachable`; the cluster forgets the token by itself when it expires */
  async deleteBootstrapToken(cluster: Cluster, token: string): Promise<void> {
    await this.#asking(cluster, 'did not take a join token back', async (connection) => {
      try {
        await connection.json({ method: 'DELETE', path: `${TOKEN_SECRETS}/${tokenSecretName(token)}` });
      } catch (thrown) {
        if (!(thrown instanceof ApiFailure) || thrown.status !== 404) throw thrown;
      }
    });
  }

  async #asking(
    cluster: Cluster,
    what: string,
    ask: (connection: ApiConnection) => Promise<void>,
  ): Promise<void> {
    try {
      await ask(await this.#connections.to(cluster));
    } catch (thrown) {
      throw clusterProblem(cluster, what, thrown);
    }
  }
}

/** Names after `[-]` in the verbose answer of the health endpoints of Kubernetes. */
function failingChecks(body: string): string[] {
  return [...body.matchAll(/^\[-\](\S+)/gm)].map(([, name]) => name ?? '').slice(0, 8);
}
