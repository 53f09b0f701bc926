import type { Cluster } from '../../domain/cluster/record.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { Clock, Instant } from '../../domain/time/clock.ts';
import { clusterProblem } from './cluster-problem.ts';
import type { ApiConnection } from './connection.ts';
import type { ApiConnections } from './connections.ts';
import { ApiFailure } from './failure.ts';
import { items, text } from './object.ts';

/** Between two looks at what is still on the node; kubectl drain waits as long after a refused eviction. */
const LOOK_AGAIN = 5_000;
const PAGE = 250;
/** Named in messages; the rest is counted. */
const NAMED = 5;

export interface NodeRemovalOptions {
  /** Milliseconds for the pods to leave. Disruption budgets may hold them for as long as they like. */
  readonly patience: number;
  /** The machine is gone for good: nothing there can be stopped any more, so only the node is deleted. */
  readonly lost?: boolean;
  /** Told what it waits for, in words. */
  readonly progress?: (words: string) => void;
}

/** Takes a node out of its cluster as `kubectl drain` and `kubectl delete node` do. */
export class NodeRemoval {
  readonly #connections: Pick<ApiConnections, 'to'>;
  readonly #clock: Clock;
  readonly #pause: (milliseconds: number) => Promise<void>;

  constructor(deps: {
    readonly connections: Pick<ApiConnections, 'to'>;
    readonly clock: Clock;
    readonly pause: (milliseconds: number) => Promise<void>;
  }) {
    this.#connections = deps.connections;
    this.#clock = deps.clock;
    this.#pause = deps.pause;
  }

  /**
   * Keeps new pods away, evicts those there are and deletes the node once they have left. A node that is not there is
   * removed already. What was not finished can be called again; the node stays cordoned in between.
   *
   * @throws Problem `cluster-refused` naming the pods that did not leave in time, or `cluster-unreachable`
   */
  async remove(cluster: Cluster, node: string, options: NodeRemovalOptions): Promise<void> {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
    try {
      const connection = await this.#connections.to(cluster);
      if (options.lost !== true) {
        await connection.json({
          method: 'PATCH',
          path,
          contentType: 'application/merge-patch+json',
          body: { spec: { unschedulable: true } },
        });
        await this.#empty(connection, cluster, node, options);
      }
      await connection.json({ method: 'DELETE', path });
    } catch (thrown) {
      if (isGone(thrown)) return;
      throw clusterProblem(cluster, `did not let ${node} go`, thrown);
    }
  }

  async #empty(
    connection: ApiConnection,
    cluster: Cluster,
    node: string,
    options: NodeRemovalOptions,
  ): Promise<void> {
    const deadline: Instant = this.#clock.now() + options.patience;
    for (;;) {
      const pods = await podsToMove(connection, node);
      if (pods.length === 0) return;
      const held: string[] = [];
      for (const pod of pods) {
        if (!(await evict(connection, pod))) held.push(nameOf(pod));
      }
      const waiting = held.length > 0 ? held : pods.map(nameOf);
      const why = held.length > 0 ? 'held by disruption budgets' : 'ending';
      const words = `still on ${node}, ${why}: ${shorten(waiting)}`;
      if (this.#clock.now() >= deadline)
        throw new Problem('cluster-refused', `${cluster.name} did not let ${node} go in time; ${words}.`, {
          remedy: 'Give them somewhere else to run or loosen the budget, then remove the host again.',
        });
      options.progress?.(words);
      await this.#pause(LOOK_AGAIN);
    }
  }
}

/** Everything that an eviction moves elsewhere: not what belongs to the node itself, nor what has ended. */
async function podsToMove(connection: ApiConnection, node: string): Promise<unknown[]> {
  const found: unknown[] = [];
  let token = '';
  do {
    const page = await connection.json({
      method: 'GET',
      path: '/api/v1/pods',
      query: {
        fieldSelector: `spec.nodeName=${node}`,
        limit: PAGE,
        ...(token === '' ? {} : { continue: token }),
      },
    });
    found.push(...items(page, 'items'));
    token = text(page, 'metadata', 'continue') ?? '';
  } while (token !== '');
  return found.filter((pod) => !staysWithNode(pod));
}

function staysWithNode(pod: unknown): boolean {
  // The API's picture of a static pod, such as etcd; it ends with the kubelet.
  if (text(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== undefined) return true;
  if (['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase') ?? '')) return true;
  return items(pod, 'metadata', 'ownerReferences').some((owner) => text(owner, 'kind') === 'DaemonSet');
}

/** Whether the pod goes; false while a disruption budget holds it (429). */
async function evict(connection: ApiConnection, pod: unknown): Promise<boolean> {
  // It has been told already.
  if (text(pod, 'metadata', 'deletionTimestamp') !== undefined) return true;
  const namespace = text(pod, 'metadata', 'namespace') ?? '';
  const name = text(pod, 'metadata', 'name') ?? '';
  try {
    await connection.json({
      method: 'POST',
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    });
    return true;
  } catch (thrown) {
    if (isGone(thrown)) return true;
    if (thrown instanceof ApiFailure && thrown.status === 429) return false;
    throw thrown;
  }
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof ApiFailure && thrown.detail?.reason === 'NotFound';
}

function nameOf(pod: unknown): string {
  return `${text(pod, 'metadata', 'namespace') ?? ''}/${text(pod, 'metadata', 'name') ?? ''}`;
}

function shorten(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
