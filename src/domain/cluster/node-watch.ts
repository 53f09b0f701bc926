import { asProblem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { TokenGate } from '../boot/token-gate.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { Host } from '../host/host.ts';
import type { ClusterApi, NodeHealth } from './api.ts';
import type { ClusterBirths } from './birth.ts';
import type { JoinTokens } from './join-tokens.ts';
import type { Cluster, ClusterStore } from './record.ts';

export interface NodeWatchDependencies {
  readonly hosts: HostInventory;
  readonly clusters: ClusterStore;
  readonly api: Pick<ClusterApi, 'health' | 'node'>;
  readonly births: Pick<ClusterBirths, 'born'>;
  readonly tokens: Pick<TokenGate, 'revokeForHost'>;
  readonly joinTokens: Pick<JoinTokens, 'revoke'>;
  readonly events: EventLog;
}

/** Sees nodes become Ready, closes their tokens, and says what a node that is not Ready lacks. */
export class NodeWatch {
  readonly #deps: NodeWatchDependencies;

  constructor(deps: NodeWatchDependencies) {
    this.#deps = deps;
  }

  /** Looks at every host that is on its way to being a node, all at once as each may wait for a timeout. */
  async check(): Promise<void> {
    const waiting = this.#deps.hosts.all().filter(mayBecomeNode);
    await Promise.all(
      waiting.map(async (host) => {
        const cluster = await this.#deps.clusters.get(host.assignment?.cluster ?? '');
        if (cluster === undefined) return;
        const node = await this.#look(cluster, host);
        if (node.kind === 'ready') {
          await this.#deps.hosts.apply(host.id, { type: 'node-ready' });
          await this.#deps.births.born(cluster.name);
          await this.#deps.tokens.revokeForHost(host.id);
          await this.#closeDoor(cluster, host);
          return;
        }
        const reason = node.kind === 'absent' ? 'the cluster does not know it yet' : node.reason;
        await this.#deps.hosts.apply(host.id, { type: 'node-waiting', reason });
      }),
    );
  }

  async #closeDoor(cluster: Cluster, { id, name }: Host): Promise<void> {
    const tell = (level: 'info' | 'warning', text: string): void =>
      this.#deps.events.record({
        level,
        type: 'token.join',
        text,
        host: id,
        data: { cluster: cluster.name },
      });
    try {
      if (await this.#deps.joinTokens.revoke(cluster, id))
        tell('info', `The join token of ${name} was deleted from ${cluster.name}.`);
    } catch (thrown) {
      tell(
        'warning',
        `The join token of ${name} could not be deleted and ends by itself within half an hour. ${asProblem(thrown).message}`,
      );
    }
  }

  /** One question tells that an API is silent; a rack of nodes would each wait for its own timeout. */
  async #look(cluster: Cluster, host: Host): Promise<NodeHealth> {
    const health = await this.#deps.api.health(cluster);
    if (health.kind === 'answers') return this.#deps.api.node(cluster, host.name);
    return { kind: 'unknown', reason: `the API of ${cluster.name}: ${health.reason}` };
  }
}

/** On its way to being a node, or given up on that way: a machine may come back after its time ran out. */
function mayBecomeNode({ state, failure, install }: Host): boolean {
  if (state === 'failed')
    return install !== undefined && (failure?.during === 'igniting' || failure?.during === 'joining');
  return state === 'igniting' || state === 'joining';
}
