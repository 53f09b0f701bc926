import { Problem } from '../error/problem.ts';
import type { Host, HostId, HostState } from '../host/host.ts';
import type { Clock, Instant } from '../time/clock.ts';
import type { ApiHealth, ClusterApi } from './api.ts';
import type { Cluster, ClusterStore } from './record.ts';

/** What part a host plays when it asks for its Ignition config now. */
export type NodePart =
  | { readonly kind: 'initialise'; readonly cluster: Cluster }
  | { readonly kind: 'join'; readonly cluster: Cluster }
  /** Ignition asks again by itself (503). */
  | { readonly kind: 'wait'; readonly reason: string };

export interface BirthDependencies {
  readonly clusters: ClusterStore;
  readonly api: Pick<ClusterApi, 'health'>;
  readonly hosts: { all(): readonly Host[]; byId(id: HostId): Host | undefined };
  readonly clock: Clock;
}

/** States in which a host is between its Ignition config and being a node. */
const STARTING: readonly HostState[] = ['igniting', 'joining'];

/** Rendering a config and entering its token takes far less; a machine that lost its connection does not hold the others up. */
const ADMISSION_MS = 30_000;

/**
 * Decides who initialises a cluster and who waits, so that a whole rack can be powered on at once in any order.
 *
 * Decisions for one cluster are made one after the other: two control planes that ask in the same millisecond must not
 * both initialise it.
 */
export class ClusterBirths {
  readonly #deps: BirthDependencies;
  readonly #queues = new Map<string, Promise<unknown>>();
  /** The control plane that was told to join a moment ago: until its state says so, this does. */
  readonly #admitted = new Map<string, { readonly host: HostId; readonly until: Instant }>();

  constructor(deps: BirthDependencies) {
    this.#deps = deps;
  }

  /** @throws Problem `host-incomplete` or `cluster-not-found` */
  async partOf(host: Host): Promise<NodePart> {
    const { assignment } = host;
    if (assignment === undefined) throw new Problem('host-incomplete', `${host.name} belongs to no cluster.`);
    return this.#serially(assignment.cluster, () => this.#decide(host, assignment.cluster));
  }

  /** Remembers that the API of a cluster answered: from now on everyone joins. */
  async born(name: string): Promise<void> {
    await this.#serially(name, async () => {
      const cluster = await this.#cluster(name);
      if (cluster.birth.kind !== 'born') await this.#markBorn(cluster);
    });
  }

  /**
   * Whether the API of a cluster answers. The first answer makes it born, whoever asked: what then was put into the
   * cluster must not be lost to a second `kubeadm init`.
   */
  async look(cluster: Cluster): Promise<ApiHealth> {
    const health = await this.#deps.api.health(cluster);
    if (health.kind === 'answers' && cluster.birth.kind !== 'born') await this.born(cluster.name);
    return health;
  }

  async #decide(host: Host, name: string): Promise<NodePart> {
    const cluster = await this.#cluster(name);
    const controlPlane = host.assignment?.role === 'control-plane';
    if (cluster.birth.kind === 'unborn') {
      return controlPlane
        ? this.#initialise(cluster, host)
        : wait(`for the first control plane of ${name} to be installed`);
    }
    const health = await this.#deps.api.health(cluster);
    if (health.kind === 'silent') {
      if (cluster.birth.kind === 'born' && this.#carriesCluster(host, cluster))
        return { kind: 'initialise', cluster };
      const mayBegin =
        controlPlane && cluster.birth.kind === 'initialising' && this.#mayInitialise(host, cluster);
      return mayBegin ? this.#initialise(cluster, host) : wait(this.#silence(cluster, health.reason));
    }
    // An API that answers is alive, whatever became of the host that began it: a second `kubeadm init` would split it.
    if (cluster.birth.kind === 'initialising') await this.#markBorn(cluster);
    const ahead = controlPlane ? this.#controlPlaneAhead(host, name) : undefined;
    if (ahead !== undefined)
      return wait(`for ${ahead.name}: control planes join one at a time, as etcd needs a quorum`);
    if (controlPlane)
      this.#admitted.set(name, { host: host.id, until: this.#deps.clock.now() + ADMISSION_MS });
    return { kind: 'join', cluster };
  }

  async #initialise(cluster: Cluster, host: Host): Promise<NodePart> {
    const birth = { kind: 'initialising', host: host.id, since: this.#deps.clock.now() } as const;
    await this.#deps.clusters.update({ ...cluster, birth });
    return { kind: 'initialise', cluster };
  }

  async #markBorn(cluster: Cluster): Promise<void> {
    await this.#deps.clusters.update({ ...cluster, birth: { kind: 'born', at: this.#deps.clock.now() } });
  }

  /** The one that began goes on; another takes its place only when it failed or left. */
  #mayInitialise(host: Host, cluster: Cluster): boolean {
    if (cluster.birth.kind !== 'initialising' || cluster.birth.host === host.id) return true;
    const first = this.#deps.hosts.byId(cluster.birth.host);
    if (first === undefined) return true;
    return (
      first.assignment?.cluster !== cluster.name || ['failed', 'released', 'registered'].includes(first.state)
    );
  }

  /**
   * A born cluster is silent because this host is it: it initialised the cluster and its Ignition runs once more after a
   * hard reset, or it is a control plane that was installed anew where no other one is left. Whoever else could hold
   * the cluster's etcd stands against it, a host that failed on its way too.
   */
  #carriesCluster(host: Host, { name }: Cluster): boolean {
    if (host.assignment?.role !== 'control-plane') return false;
    if (host.install?.initialises === true) return true;
    const nothingThere: readonly HostState[] = [
      'discovered',
      'registered',
      'armed',
      'installing',
      'installed',
    ];
    return this.#deps.hosts
      .all()
      .filter((other) => other.id !== host.id && other.assignment?.cluster === name)
      .filter((other) => other.assignment?.role === 'control-plane')
      .every((other) => nothingThere.includes(other.state) && other.install?.initialises !== true);
  }

  #controlPlaneAhead(host: Host, cluster: string): Host | undefined {
    const admitted = this.#admitted.get(cluster);
    if (admitted !== undefined && admitted.host !== host.id && this.#deps.clock.now() < admitted.until) {
      const ahead = this.#deps.hosts.byId(admitted.host);
      if (ahead?.state === 'installed' || ahead?.state === 'installing') return ahead;
    }
    return this.#deps.hosts
      .all()
      .find(
        (other) =>
          other.id !== host.id &&
          other.assignment?.cluster === cluster &&
          other.assignment.role === 'control-plane' &&
          other.install?.initialises !== true &&
          STARTING.includes(other.state),
      );
  }

  #silence(cluster: Cluster, reason: string): string {
    const { host: address, port } = cluster.config.endpoint;
    const first =
      cluster.birth.kind === 'initialising' ? this.#deps.hosts.byId(cluster.birth.host) : undefined;
    const who = first === undefined ? '' : `, which ${first.name} (${first.state}) brings up`;
    return `for the API server of ${cluster.name} at ${address}:${port}${who}: ${reason}`;
  }

  async #cluster(name: string): Promise<Cluster> {
    const cluster = await this.#deps.clusters.get(name);
    if (cluster === undefined) throw new Problem('cluster-not-found', `There is no cluster "${name}".`);
    return cluster;
  }

  async #serially<T>(name: string, decide: () => Promise<T>): Promise<T> {
    const run = (this.#queues.get(name) ?? Promise.resolve()).then(decide);
    const settled = run.catch(() => undefined);
    this.#queues.set(name, settled);
    try {
      return await run;
    } finally {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    }
  }
}

function wait(reason: string): NodePart {
  return { kind: 'wait', reason };
}
