import { parse } from 'yaml';
import type { LiveCluster, LiveClusters } from '../../domain/cluster/live-cluster.ts';
import type { NodeRole } from '../../domain/host/host.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { putBootstrapToken } from './bootstrap-token.ts';
import { clusterProblem } from './cluster-problem.ts';
import { ApiConnection } from './connection.ts';
import { ApiFailure } from './failure.ts';
import { readKubeconfig } from './kubeconfig-file.ts';
import { field, items, text } from './object.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const DEFAULT_PORT = 6443;

/** Clusters that kubeconfig files of a workstation lead to. */
export class KubeconfigClusters implements LiveClusters {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(kubeconfig: string): Promise<LiveCluster> {
    return new Promise((resolve) => {
      const credentials = readKubeconfig(kubeconfig);
      const connection = new ApiConnection(credentials);
      resolve(new KubeconfigCluster(kubeconfig, credentials.ca, connection, this.#clock));
    });
  }
}

class KubeconfigCluster implements LiveCluster {
  readonly ca: string;
  readonly #name: string;
  readonly #connection: ApiConnection;
  readonly #clock: Clock;

  constructor(kubeconfig: string, ca: string, connection: ApiConnection, clock: Clock) {
    this.ca = ca;
    this.#name = `the cluster of ${kubeconfig}`;
    this.#connection = connection;
    this.#clock = clock;
  }

  createBootstrapToken(token: string, seconds: number): Promise<void> {
    const expires = this.#clock.now() + seconds * 1000;
    return this.#asking('did not take a join token', () =>
      putBootstrapToken(this.#connection, token, expires),
    );
  }

  roleOf(node: string): Promise<NodeRole | undefined> {
    return this.#asking(`did not show node ${node}`, async () => {
      try {
        const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
        const found = await this.#connection.json({ method: 'GET', path });
        return field(found, 'metadata', 'labels', CONTROL_PLANE) === undefined ? 'worker' : 'control-plane';
      } catch (thrown) {
        if (thrown instanceof ApiFailure && thrown.detail?.reason === 'NotFound') return undefined;
        throw thrown;
      }
    });
  }

  controlPlanes(): Promise<readonly string[]> {
    return this.#asking('did not list its nodes', async () => {
      const query = { labelSelector: CONTROL_PLANE, limit: 20 };
      const nodes = await this.#connection.json({ method: 'GET', path: '/api/v1/nodes', query });
      return items(nodes, 'items').map((node) => text(node, 'metadata', 'name') ?? '');
    });
  }

  kubeadm(): ReturnType<LiveCluster['kubeadm']> {
    return this.#asking('did not show kubeadm-config', async () => {
      const path = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
      const map = await this.#connection.json({ method: 'GET', path });
      const configuration: unknown = parse(text(map, 'data', 'ClusterConfiguration') ?? '');
      const endpoint = text(configuration, 'controlPlaneEndpoint');
      const kubernetesVersion = text(configuration, 'kubernetesVersion');
      const [, host = '', port] = /^\[?([^[\]]*?)\]?(?::(\d{1,5}))?$/.exec(endpoint ?? '') ?? [];
      if (host === '' || kubernetesVersion === undefined)
        throw new Problem('input-invalid', `kubeadm-config of ${this.#name} names no controlPlaneEndpoint.`);
      return { host, port: port === undefined ? DEFAULT_PORT : Number(port), kubernetesVersion };
    });
  }

  async #asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      throw clusterProblem({ name: this.#name }, what, thrown);
    }
  }
}
