import type { AddonApplier, ApplyOutcome } from '../../domain/cluster/addons/applier.ts';
import { nameOf } from '../../domain/cluster/addons/manifest.ts';
import type { Manifest, ManifestReference } from '../../domain/cluster/addons/manifest.ts';
import type { Cluster } from '../../domain/cluster/record.ts';
import { clusterProblem } from './cluster-problem.ts';
import type { ApiConnection } from './connection.ts';
import type { ApiConnections } from './connections.ts';
import { Discovery } from './discovery.ts';
import { ApiFailure } from './failure.ts';
import { items, text } from './object.ts';

const FIELD_MANAGER = 'hearth';
const CONTROL_PLANES = 'node-role.kubernetes.io/control-plane';

/** Applies manifests server-side: the API server merges, and fields that others added stay. */
export class ServerSideApplier implements AddonApplier {
  readonly #connections: Pick<ApiConnections, 'to'>;
  readonly #discoveries = new WeakMap<ApiConnection, Discovery>();

  constructor(deps: { readonly connections: Pick<ApiConnections, 'to'> }) {
    this.#connections = deps.connections;
  }

  async apply(cluster: Cluster, manifest: Manifest): Promise<ApplyOutcome> {
    return this.#asking(cluster, `did not take ${nameOf(manifest)}`, async (connection) => {
      const before = await this.#get(connection, manifest);
      const after = await connection.json({
        method: 'PATCH',
        path: await this.#discovery(connection).pathOf(manifest),
        query: { fieldManager: FIELD_MANAGER, force: true },
        // JSON is YAML, and the API server knows this type only.
        contentType: 'application/apply-patch+yaml',
        body: manifest,
      });
      if (before === undefined) return 'created';
      return versionOf(before) === versionOf(after) ? 'unchanged' : 'changed';
    });
  }

  async read(cluster: Cluster, reference: ManifestReference): Promise<unknown> {
    return this.#asking(cluster, `did not show ${nameOf(reference)}`, (connection) =>
      this.#get(connection, reference),
    );
  }

  async images(cluster: Cluster): Promise<readonly string[]> {
    return this.#asking(cluster, 'did not list its nodes', async (connection) => {
      const nodes = await connection.json({
        method: 'GET',
        path: '/api/v1/nodes',
        query: { labelSelector: CONTROL_PLANES, limit: 5 },
      });
      return items(nodes, 'items')
        .flatMap((node) => items(node, 'status', 'images'))
        .flatMap((image) => items(image, 'names'))
        .filter((name): name is string => typeof name === 'string');
    });
  }

  async #get(connection: ApiConnection, reference: ManifestReference): Promise<unknown> {
    try {
      const path = await this.#discovery(connection).pathOf(reference);
      return await connection.json({ method: 'GET', path });
    } catch (thrown) {
      if (thrown instanceof ApiFailure && thrown.status === 404) return undefined;
      throw thrown;
    }
  }

  #discovery(connection: ApiConnection): Discovery {
    const discovery = this.#discoveries.get(connection) ?? new Discovery(connection);
    this.#discoveries.set(connection, discovery);
    return discovery;
  }

  async #asking<T>(
    cluster: Cluster,
    what: string,
    ask: (connection: ApiConnection) => Promise<T>,
  ): Promise<T> {
    try {
      return await ask(await this.#connections.to(cluster));
    } catch (thrown) {
      throw clusterProblem(cluster, what, thrown);
    }
  }
}

function versionOf(object: unknown): string | undefined {
  return text(object, 'metadata', 'resourceVersion');
}
