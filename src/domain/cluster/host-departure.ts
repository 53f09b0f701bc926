import { Problem, asProblem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { TokenGate } from '../boot/token-gate.ts';
import type { Cluster, ClusterStore } from './record.ts';

/** Takes nodes out of clusters. */
export interface NodeRemover {
  /**
   * Cordons, evicts within disruption budgets and deletes; with `lost` only deletes.
   *
   * @throws Problem `cluster-refused` or `cluster-unreachable`
   */
  remove(
    cluster: Cluster,
    node: string,
    options: {
      readonly patience: number;
      readonly lost?: boolean;
      readonly progress?: (words: string) => void;
    },
  ): Promise<void>;
}

export interface HostDepartureDependencies {
  readonly hosts: Pick<HostInventory, 'all' | 'find' | 'release'>;
  readonly clusters: Pick<ClusterStore, 'get'>;
  readonly nodes: NodeRemover;
  readonly tokens: Pick<TokenGate, 'revokeForHost'>;
  readonly events: EventLog;
}

export interface DepartureOptions {
  /** The machine is gone, or nobody minds: its pods are not moved, and a cluster that does not answer is no obstacle. */
  readonly force?: boolean | undefined;
  /** How long the pods have to leave, in seconds. */
  readonly drainSeconds?: number | undefined;
}

/** Below the two minutes after which a client gives up on an answer. */
const DRAIN_SECONDS = 90;

/** Takes a host out of its cluster before it leaves the inventory, so that no cluster waits for a node that never returns. */
export class HostDeparture {
  readonly #deps: HostDepartureDependencies;

  constructor(deps: HostDepartureDependencies) {
    this.#deps = deps;
  }

  /**
   * Releases a host; a node is drained and deleted first. What was not finished can be called again.
   *
   * @throws Problem `cluster-refused` naming the pods that stay, `cluster-unreachable`, or `host-state` for the last
   *   control plane
   */
  async release(nameOrMac: string, options: DepartureOptions, actor: string): Promise<Host> {
    const { hosts, clusters, tokens } = this.#deps;
    const host = hosts.find(nameOrMac);
    const cluster = host.assignment === undefined ? undefined : await clusters.get(host.assignment.cluster);
    if (cluster !== undefined && mayBeNode(host)) {
      if (options.force !== true) this.#refuseLastControlPlane(host, cluster);
      await this.#takeOut(host, cluster, options, actor);
    }
    const released = await hosts.release(host.name, actor);
    await tokens.revokeForHost(host.id);
    return released;
  }

  async #takeOut(host: Host, cluster: Cluster, options: DepartureOptions, actor: string): Promise<void> {
    const tell = (level: 'info' | 'warning', text: string): void =>
      this.#deps.events.record({
        level,
        type: 'host.departure',
        text,
        host: host.id,
        actor,
        data: { cluster: cluster.name },
      });
    const lost = options.force === true;
    tell(
      'info',
      lost
        ? `${host.name} is taken out of ${cluster.name} without moving its pods`
        : `${host.name} is drained, to leave ${cluster.name}`,
    );
    let last = '';
    const progress = (words: string): void => {
      if (words !== last) tell('info', `${host.name} is not empty yet; ${words}`);
      last = words;
    };
    const patience = (options.drainSeconds ?? DRAIN_SECONDS) * 1000;
    try {
      await this.#deps.nodes.remove(cluster, host.name, { patience, lost, progress });
      tell('info', `${host.name} is no longer a node of ${cluster.name}`);
      if (host.assignment?.role === 'control-plane') tell('warning', etcdAdvice(host, cluster));
    } catch (thrown) {
      const { message } = asProblem(thrown);
      tell('warning', `${host.name} is still a node of ${cluster.name}. ${message}`);
      if (!lost) throw thrown;
    }
  }

  #refuseLastControlPlane(host: Host, cluster: Cluster): void {
    if (host.assignment?.role !== 'control-plane') return;
    const members = this.#deps.hosts.all().filter(({ assignment }) => assignment?.cluster === cluster.name);
    const others = members.filter(({ id }) => id !== host.id);
    if (others.some((other) => other.assignment?.role === 'control-plane' && mayBeNode(other))) return;
    throw new Problem('host-state', `${host.name} is the last control plane of ${cluster.name}.`, {
      remedy: `Without it the cluster is gone. If that is meant: hearth host release ${host.name} --force, or hearth cluster delete ${cluster.name}`,
    });
  }
}

/** A host that failed on its way may have become a node all the same; asking the cluster about one costs little. */
function mayBeNode({ state }: Host): boolean {
  return ['active', 'joining', 'failed'].includes(state);
}

/** Only `kubeadm reset` on the machine, or etcdctl, takes a member out of etcd; the Kubernetes API cannot. */
function etcdAdvice(host: Host, cluster: Cluster): string {
  return (
    `etcd of ${cluster.name} may still count ${host.name} as a member, unless \`kubeadm reset\` was run there. ` +
    `On another control plane: \`etcdctl member list\`, then \`etcdctl member remove ID\`, before the next control plane joins`
  );
}
