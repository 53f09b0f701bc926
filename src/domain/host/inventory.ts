import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Clock } from '../time/clock.ts';
import { changeHost, refuseWhileSettled } from './change.ts';
import { Discovery, forgettable } from './discovery.ts';
import type { HostFacts } from './facts.ts';
import type { Host, HostId, Install, Sighting } from './host.ts';
import { stateDeadline, transition } from './lifecycle.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import { HostRecords } from './records.ts';
import type { ArmRequest, HostChange, NewHost } from './request.ts';
import type { HostDirectory, HostStore } from './store.ts';

/** Unpredictable names for hosts and installs. */
export interface IdSource {
  /** 128 random bits as text. */
  next(): string;
}

/** Finds what an install needs: the medium and the image when none is named, and whether a cluster exists. */
export interface InstallSources {
  /** @throws Problem `cluster-not-found` */
  cluster(name: string): Promise<void>;
  medium(name: string | undefined): Promise<string>;
  image(name: string | undefined): Promise<string>;
}

export interface InventoryDependencies {
  readonly store: HostStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly sources: InstallSources;
}

/** Default time for a machine to be powered on after it was armed: a walk to the rack and back. */
const ARM_SECONDS = 4 * 3600;

/** The hosts and what may be done with them: by administrators, by machines, and by time. The one writer of host records. */
export class HostInventory implements HostDirectory {
  readonly #deps: InventoryDependencies;
  readonly #records: HostRecords;
  readonly #discovery = new Discovery();

  private constructor(deps: InventoryDependencies, records: HostRecords) {
    this.#deps = deps;
    this.#records = records;
  }

  static async load(deps: InventoryDependencies): Promise<HostInventory> {
    return new HostInventory(deps, await HostRecords.load(deps.store));
  }

  all(): readonly Host[] {
    return this.#records.all();
  }

  get revision(): number {
    return this.#records.revision;
  }

  byName(name: string): Host | undefined {
    return this.#records.byName(name);
  }

  byMac(mac: MacAddress): Host | undefined {
    return this.#records.byMac(mac);
  }

  byId(id: HostId): Host | undefined {
    return this.#records.byId(id);
  }

  /** By name or MAC. @throws Problem `host-not-found` */
  find(nameOrMac: string): Host {
    return this.#records.find(nameOrMac);
  }

  async add(input: NewHost, actor: string): Promise<Host> {
    await this.#checkCluster(input);
    const seen = this.#unclaimed(input.macs);
    const [first] = seen;
    if (first !== undefined) return this.accept(first.macs[0] ?? first.name, input, actor);
    const blank = this.#blank(input.name, input.macs);
    const added = transition(changeHost(blank, input), { type: 'accepted' }, this.#deps.clock.now());
    if (added.kind !== 'moved') throw new Problem('host-state', `${input.name} cannot be added.`);
    await this.#records.save(added.host, undefined);
    this.#tell(added.host, added.text, actor);
    return added.host;
  }

  async accept(nameOrMac: string, change: HostChange, actor: string): Promise<Host> {
    await this.#checkCluster(change);
    const { id, macs: own } = this.find(nameOrMac);
    const macs = [...new Set([...own, ...(change.macs ?? [])])];
    await this.#absorb(macs, id);
    return this.#act(id, { type: 'accepted' }, actor, (host) => changeHost(host, { ...change, macs }));
  }

  /** @throws Problem `host-state` when the change would pull the ground from under an install or a node */
  async assign(nameOrMac: string, change: HostChange, actor: string): Promise<Host> {
    await this.#checkCluster(change);
    const { id } = this.find(nameOrMac);
    if (change.macs !== undefined) await this.#absorb(change.macs, id);
    return this.#records.serially(id, async (host) => {
      refuseWhileSettled(host, change);
      const changed = changeHost(host, change);
      await this.#records.save(changed, host);
      this.#deps.events.record({
        level: 'info',
        type: 'host.changed',
        text: `${changed.name} was changed`,
        host: id,
        actor,
      });
      return changed;
    });
  }

  /** Permits one install of a host that holds no node. */
  async arm(nameOrMac: string, request: ArmRequest, actor: string): Promise<Host> {
    return this.#permit(nameOrMac, request, 'install', actor);
  }

  /** Permits one install of a host whatever it holds: a running node is erased when it boots from the network. */
  async reinstall(nameOrMac: string, request: ArmRequest, actor: string): Promise<Host> {
    return this.#permit(nameOrMac, request, 'reinstall', actor);
  }

  async #permit(
    nameOrMac: string,
    request: ArmRequest,
    intent: 'install' | 'reinstall',
    actor: string,
  ): Promise<Host> {
    const host = this.find(nameOrMac);
    if (host.assignment === undefined) {
      throw new Problem('host-incomplete', `${host.name} belongs to no cluster yet.`, {
        remedy: `Give it one: hearth host assign ${host.name} --cluster NAME --role control-plane|worker`,
      });
    }
    const install = await this.#newInstall(host, request);
    return this.#act(host.id, { type: 'armed', install, intent }, actor);
  }

  async cancel(nameOrMac: string, actor: string): Promise<Host> {
    return this.#act(this.find(nameOrMac).id, { type: 'cancelled' }, actor);
  }

  async release(nameOrMac: string, actor: string): Promise<Host> {
    return this.#act(this.find(nameOrMac).id, { type: 'released' }, actor);
  }

  /**
   * Takes out a record that stands for no node.
   *
   * @throws Problem `host-state` for a host that is armed, being installed, or a node
   */
  async remove(nameOrMac: string, actor: string): Promise<Host> {
    return this.#records.serially(this.find(nameOrMac).id, async (host) => {
      if (!['discovered', 'registered', 'failed', 'released'].includes(host.state)) {
        throw new Problem('host-state', `${host.name} is ${host.state} and cannot be removed.`, {
          remedy: `Take it out of service first: hearth host release ${host.name}`,
        });
      }
      await this.#records.forget(host);
      const text = `${host.name} was removed`;
      this.#deps.events.record({ level: 'info', type: 'host.removed', text, host: host.id, actor });
      return host;
    });
  }

  /**
   * Takes in what a machine reported of itself. The MACs in it stay a claim: who boots with one of them is not this host
   * until an administrator says so, as a machine could claim its neighbours'.
   */
  async recordFacts(id: HostId, facts: HostFacts): Promise<Host> {
    return this.#records.serially(id, async (host) => {
      const changed = { ...host, facts };
      await this.#records.save(changed, host);
      return changed;
    });
  }

  /**
   * Lets something happen to a host. A refused event is recorded and returned as the unchanged host: machines cannot
   * be argued with.
   */
  async apply(id: HostId, event: LifecycleEvent, address?: Ipv4Address): Promise<Host> {
    return this.#records.serially(id, async (host) => {
      const result = transition(host, event, this.#deps.clock.now());
      if (result.kind === 'refused') {
        this.#deps.events.record({
          level: 'warning',
          type: 'host.refused',
          text: result.reason,
          host: id,
          address,
        });
        return host;
      }
      if (result.kind === 'unchanged') return host;
      await this.#records.save(result.host, host);
      this.#tell(result.host, result.text, undefined, address);
      return result.host;
    });
  }

  /** Remembers that a machine showed itself; an unknown one becomes a discovered host. */
  async sighted(sighting: Sighting): Promise<void> {
    if (!this.#discovery.isNews(sighting)) return;
    const known = this.byMac(sighting.mac);
    if (known !== undefined) {
      await this.#records.serially(known.id, (host) =>
        this.#records.save({ ...host, sighting }, host).then(() => host),
      );
      return;
    }
    if (!this.#discovery.mayEnter(sighting)) return;
    const discovered = this.all().filter((host) => host.state === 'discovered');
    for (const host of forgettable(discovered, sighting.at)) await this.#records.forget(host);
    const name = `host-${sighting.mac.replaceAll(':', '')}`;
    const host = { ...this.#blank(name, [sighting.mac]), sighting, uuid: sighting.uuid };
    await this.#records.save(host, undefined);
    this.#deps.events.record({
      level: 'info',
      type: 'host.discovered',
      text: `A machine with MAC ${sighting.mac} appeared on ${sighting.network}. Accept it to use it.`,
      host: host.id,
    });
  }

  /** Moves hosts whose time ran out; called every few seconds. */
  async checkDeadlines(): Promise<void> {
    const now = this.#deps.clock.now();
    for (const host of this.all()) {
      const deadline = stateDeadline(host);
      if (deadline !== undefined && now >= deadline) await this.apply(host.id, { type: 'time-passed' });
    }
  }

  /** Hosts that nobody uses and that own one of these MACs: the other card of a machine, or a machine that came back. */
  #unclaimed(macs: readonly MacAddress[]): readonly Host[] {
    const owners = macs.map((mac) => this.byMac(mac)).filter((host) => host !== undefined);
    return [...new Set(owners)].filter((host) => ['discovered', 'released'].includes(host.state));
  }

  /** Makes way for MACs that one host now has. */
  async #absorb(macs: readonly MacAddress[], into: HostId): Promise<void> {
    for (const host of this.#unclaimed(macs)) if (host.id !== into) await this.#records.forget(host);
  }

  async #checkCluster({ assignment }: HostChange): Promise<void> {
    if (assignment !== undefined && assignment !== null) await this.#deps.sources.cluster(assignment.cluster);
  }

  async #newInstall(host: Host, request: ArmRequest): Promise<Install> {
    const now = this.#deps.clock.now();
    return {
      id: this.#deps.ids.next(),
      medium: await this.#deps.sources.medium(request.medium ?? host.medium),
      image: await this.#deps.sources.image(request.image ?? host.image),
      attempts: 0,
      armedAt: now,
      armedUntil: now + (request.forSeconds ?? ARM_SECONDS) * 1000,
    };
  }

  async #act(
    id: HostId,
    event: LifecycleEvent,
    actor: string,
    edit = (host: Host): Host => host,
  ): Promise<Host> {
    return this.#records.serially(id, async (host) => {
      const result = transition(edit(host), event, this.#deps.clock.now());
      if (result.kind === 'refused') throw new Problem('host-state', `${result.reason}.`);
      if (result.kind === 'unchanged') return host;
      await this.#records.save(result.host, host);
      this.#tell(result.host, result.text, actor);
      return result.host;
    });
  }

  #blank(name: string, macs: readonly MacAddress[]): Host {
    const now = this.#deps.clock.now();
    const id = this.#deps.ids.next() as HostId;
    return {
      id,
      name,
      state: 'discovered',
      since: now,
      macs,
      kernelArguments: [],
      labels: {},
      createdAt: now,
    };
  }

  #tell(host: Host, text: string, actor: string | undefined, address?: Ipv4Address): void {
    if (text === '') return;
    const level = host.state === 'failed' ? 'alert' : 'info';
    this.#deps.events.record({
      level,
      type: 'host.state',
      text,
      host: host.id,
      actor,
      address,
      data: { state: host.state },
    });
  }
}
