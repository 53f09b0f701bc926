import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { TokenGate } from '../boot/token-gate.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { Clusters } from './clusters.ts';
import type { JoinTokens } from './join-tokens.ts';
import type { ClusterStore } from './record.ts';

export interface ClusterRemovalDependencies {
  readonly clusters: Pick<Clusters, 'get'>;
  readonly store: Pick<ClusterStore, 'remove'>;
  readonly hosts: Pick<HostInventory, 'all' | 'assign' | 'release'>;
  readonly secrets: Pick<ClusterSecrets, 'forget'>;
  readonly joinTokens: Pick<JoinTokens, 'forgetCluster'>;
  readonly tokens: Pick<TokenGate, 'revokeForHost'>;
  readonly events: EventLog;
}

/** Forgets a cluster and its keys. The machines are not touched: what runs there goes on until they are installed anew. */
export class ClusterRemoval {
  readonly #deps: ClusterRemovalDependencies;

  constructor(deps: ClusterRemovalDependencies) {
    this.#deps = deps;
  }

  /**
   * Hosts that were never started become free again; with `force` also those on their way and nodes are let go, released.
   *
   * @throws Problem `cluster-in-use` naming the hosts
   */
  async remove(
    name: string,
    options: { readonly force?: boolean | undefined },
    actor: string,
  ): Promise<void> {
    const { clusters, store, hosts, secrets, joinTokens, events } = this.#deps;
    await clusters.get(name);
    const members = hosts.all().filter(({ assignment }) => assignment?.cluster === name);
    const busy = members.filter((host) => !isIdle(host));
    if (busy.length > 0 && options.force !== true)
      throw new Problem('cluster-in-use', `Hosts still belong to ${name}: ${named(busy)}.`, {
        remedy: `Release them first (hearth host release NAME), or take the keys away from under them: hearth cluster delete ${name} --force`,
      });
    // Hosts first: one that asks for its Ignition config meanwhile must find no half-removed cluster.
    for (const host of members) await this.#letGo(host, actor);
    await store.remove(name);
    await secrets.forget(name);
    await joinTokens.forgetCluster(name);
    events.record({
      level: 'warning',
      type: 'cluster.deleted',
      text: `Cluster ${name} was deleted and its keys are forgotten${busy.length === 0 ? '' : `; released: ${named(busy)}`}`,
      actor,
      data: { cluster: name },
    });
  }

  async #letGo(host: Host, actor: string): Promise<void> {
    const { hosts, tokens } = this.#deps;
    if (isIdle(host)) {
      await hosts.assign(host.name, { assignment: null }, actor);
      return;
    }
    await hosts.release(host.name, actor);
    await tokens.revokeForHost(host.id);
  }
}

function isIdle({ state }: Host): boolean {
  return state === 'registered' || state === 'discovered' || state === 'released';
}

function named(hosts: readonly Host[]): string {
  const shown = hosts.slice(0, 8).map(({ name, state }) => `${name} (${state})`);
  const more = hosts.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
