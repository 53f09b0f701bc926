import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory, InstallSources } from '../host/inventory.ts';
import type { ArmRequest } from '../host/request.ts';
import type { Clusters } from './clusters.ts';
import { checkBeforeUp } from './up-checks.ts';
import type { Surroundings } from './up-checks.ts';
import { chooseHosts } from './up-choice.ts';
import type { HostWish } from './up-choice.ts';

export interface ClusterUpDependencies {
  readonly clusters: Pick<Clusters, 'get' | 'list'>;
  readonly hosts: Pick<HostInventory, 'all' | 'find' | 'assign' | 'arm'>;
  readonly sources: Pick<InstallSources, 'medium' | 'image'>;
  readonly networks: Surroundings['networks'];
  readonly events: EventLog;
}

export interface ClusterUpResult {
  /** Every host of the cluster, the ones just armed among them. */
  readonly hosts: readonly Host[];
  readonly armed: readonly string[];
  readonly warnings: readonly string[];
}

/** Assigns and arms all that a cluster needs: what is left is to power everything on, in any order. */
export class ClusterUp {
  readonly #deps: ClusterUpDependencies;

  constructor(deps: ClusterUpDependencies) {
    this.#deps = deps;
  }

  /**
   * Calling it again goes on where it stopped: hosts that are on their way are let be.
   *
   * @throws Problem `cluster-hosts`, `host-state`, `cluster-invalid`, or one about media and images, with nothing changed
   */
  async up(name: string, wish: HostWish & ArmRequest, actor: string): Promise<ClusterUpResult> {
    const { clusters, hosts, sources, networks, events } = this.#deps;
    const cluster = await clusters.get(name);
    const choice = chooseHosts(cluster, wish, hosts.all(), (one) => hosts.find(one));
    const around = { hosts: hosts.all(), clusters: await clusters.list(), networks };
    const warnings = checkBeforeUp(cluster, choice, around);
    for (const { host } of choice.chosen) {
      await sources.medium(wish.medium ?? host.medium);
      await sources.image(wish.image ?? host.image);
    }
    const armed: string[] = [];
    for (const { host, role } of choice.chosen) {
      if (host.assignment?.cluster !== name || host.assignment.role !== role)
        await hosts.assign(host.name, { assignment: { cluster: name, role } }, actor);
      const { medium, image, forSeconds } = wish;
      armed.push((await hosts.arm(host.name, { medium, image, forSeconds }, actor)).name);
    }
    events.record({
      level: 'info',
      type: 'cluster.up',
      text:
        armed.length === 0
          ? `${name} has nothing left to arm`
          : `${name} may come up: ${armed.join(', ')} ${armed.length === 1 ? 'is' : 'are'} armed`,
      actor,
      data: { cluster: name, armed: armed.length },
    });
    return { hosts: this.#ofCluster(name), armed, warnings };
  }

  #ofCluster(name: string): readonly Host[] {
    return this.#deps.hosts
      .all()
      .filter((host) => host.assignment?.cluster === name)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
