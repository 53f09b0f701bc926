import { Problem, asProblem } from '../../error/problem.ts';
import type { EventLevel, EventLog } from '../../event/event.ts';
import type { Clock, Instant } from '../../time/clock.ts';
import type { ClusterApi } from '../api.ts';
import type { Cluster, ClusterStore } from '../record.ts';
import type { TemplateSource } from '../templates.ts';
import type { AddonApplier } from './applier.ts';
import { addonsOf } from './catalogue.ts';
import { addonInputs, needsPreloaded } from './inputs.ts';
import type { Addon, Manifest } from './manifest.ts';
import { MARKER, isMarkedBy, markerOf } from './marker.ts';
import { podsOf, workloadOf } from './status.ts';
import type { AddonState, AddonStatus } from './status.ts';

export interface ClusterAddonsDependencies {
  readonly clusters: Pick<ClusterStore, 'list'>;
  readonly api: Pick<ClusterApi, 'health'>;
  readonly applier: AddonApplier;
  /** `manifest-templates/` */
  readonly templates: TemplateSource;
  readonly events: Pick<EventLog, 'record'>;
  readonly clock: Clock;
  /** Resolves after this many milliseconds; a stop of the appliance may make it reject. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Names of interfaces that hosts of a cluster have beside the one in its file. */
  readonly networkInterfaces?: (cluster: Cluster) => readonly string[];
}

/** Tries for one object while the API is silent or overloaded: half a minute of pauses, beside the calls' own limits. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Before a cluster whose addons failed is tried again. */
const AGAIN_AFTER = 60_000;

/** Puts into each cluster what it needs to be of use: service routing, a pod network, names, and its own balancer's peers. */
export class ClusterAddons {
  readonly #deps: ClusterAddonsDependencies;
  readonly #underway = new Map<string, Promise<void>>();
  readonly #states = new Map<string, ReadonlyMap<string, AddonState>>();
  readonly #settled = new Map<string, Instant | 'done'>();

  constructor(deps: ClusterAddonsDependencies) {
    this.#deps = deps;
  }

  /**
   * Looks at every cluster that has begun to live, and completes those whose API answers. It must not wait for a node
   * to be Ready: none is before the pod network is there. Call it every few seconds without waiting for the last call,
   * as one cluster may take minutes; what is done or under way costs nothing.
   */
  async check(): Promise<void> {
    const now = this.#deps.clock.now();
    const due = (await this.#deps.clusters.list()).filter((cluster) => {
      const settled = this.#settled.get(keyOf(cluster));
      if (cluster.birth.kind === 'unborn' || settled === 'done') return false;
      if (this.#underway.has(keyOf(cluster))) return false;
      return settled === undefined || settled + AGAIN_AFTER <= now;
    });
    await Promise.all(
      due.map(async (cluster) => {
        const health = await this.#deps.api.health(cluster);
        // A failure is told and kept in the status already.
        if (health.kind === 'answers') await this.ensure(cluster).catch(() => undefined);
      }),
    );
  }

  /**
   * Applies every addon of a cluster in order. Nothing happens when the cluster has exactly these already, unless
   * `again` asks to repair what was changed there. Two calls for one cluster are one.
   *
   * @throws Problem `cluster-unreachable` or `cluster-refused`, naming the object
   */
  async ensure(cluster: Cluster, options: { readonly again?: boolean } = {}): Promise<void> {
    const key = keyOf(cluster);
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    const work = this.#ensure(cluster, options.again ?? false).finally(() => this.#underway.delete(key));
    this.#underway.set(key, work);
    return work;
  }

  /** How far each addon is, and how its pods are where the cluster says so. Never throws for a silent cluster. */
  async status(cluster: Cluster): Promise<readonly AddonStatus[]> {
    const addons = this.#addons(cluster, []);
    const states = this.#states.get(keyOf(cluster));
    return Promise.all(
      addons.map(async (addon): Promise<AddonStatus> => {
        const { name, title } = addon;
        const state = states?.get(name) ?? { kind: 'waiting' };
        const pods = cluster.birth.kind === 'unborn' ? undefined : await this.#pods(cluster, addon);
        return { name, title, state, ...(pods === undefined ? {} : { pods }) };
      }),
    );
  }

  async #ensure(cluster: Cluster, again: boolean): Promise<void> {
    const key = keyOf(cluster);
    try {
      const addons = await this.#addonsFor(cluster);
      const marker = await this.#patiently(() => this.#deps.applier.read(cluster, MARKER));
      if (!again && isMarkedBy(marker, addons)) {
        for (const addon of addons) this.#set(cluster, addon, { kind: 'applied' });
      } else {
        for (const addon of addons) await this.#apply(cluster, addon);
        await this.#put(cluster, markerOf(addons));
        this.#tell(cluster, 'info', `${cluster.name} has everything it needs: nodes can become Ready.`);
      }
      this.#settled.set(key, 'done');
    } catch (thrown) {
      this.#settled.set(key, this.#deps.clock.now());
      throw thrown;
    }
  }

  async #apply(cluster: Cluster, addon: Addon): Promise<void> {
    this.#set(cluster, addon, { kind: 'applying' });
    try {
      let touched = false;
      for (const manifest of addon.manifests) {
        if ((await this.#put(cluster, manifest)) !== 'unchanged') touched = true;
      }
      this.#set(cluster, addon, { kind: 'applied' });
      if (touched) this.#tell(cluster, 'info', `${addon.title} was put into ${cluster.name}.`, addon);
    } catch (thrown) {
      const { message, remedy } = asProblem(thrown);
      this.#set(cluster, addon, { kind: 'failed', reason: message, at: this.#deps.clock.now() });
      const text = `${addon.title} could not be put into ${cluster.name}. ${message} ${remedy}`;
      this.#tell(cluster, 'warning', text, addon);
      throw thrown;
    }
  }

  #put(cluster: Cluster, manifest: Manifest): ReturnType<AddonApplier['apply']> {
    return this.#patiently(() => this.#deps.applier.apply(cluster, manifest));
  }

  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (const milliseconds of PAUSES) {
      try {
        return await attempt();
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (problem.code !== 'cluster-unreachable') throw problem;
        await this.#deps.pause(milliseconds);
      }
    }
    return attempt();
  }

  async #addonsFor(cluster: Cluster): Promise<Addon[]> {
    if (!needsPreloaded(cluster.config)) return this.#addons(cluster, []);
    const preloaded = await this.#patiently(async () => {
      const images = await this.#deps.applier.images(cluster);
      if (images.length > 0) return images;
      throw new Problem(
        'cluster-unreachable',
        `No control plane of ${cluster.name} has said yet which images it carries.`,
      );
    });
    return this.#addons(cluster, preloaded);
  }

  #addons(cluster: Cluster, preloaded: readonly string[]): Addon[] {
    const networkInterfaces = this.#deps.networkInterfaces?.(cluster) ?? [];
    const inputs = addonInputs(cluster.config, { networkInterfaces, preloaded });
    return addonsOf(cluster.config, inputs, this.#deps.templates);
  }

  async #pods(cluster: Cluster, addon: Addon): Promise<string | undefined> {
    const workload = workloadOf(addon);
    if (workload === undefined) return undefined;
    const seen = await this.#deps.applier.read(cluster, workload).catch(() => undefined);
    return seen === undefined ? undefined : podsOf(seen);
  }

  #set(cluster: Cluster, addon: Addon, state: AddonState): void {
    const key = keyOf(cluster);
    this.#states.set(key, new Map([...(this.#states.get(key) ?? []), [addon.name, state]]));
  }

  #tell(cluster: Cluster, level: EventLevel, text: string, addon?: Addon): void {
    const data = { cluster: cluster.name, ...(addon === undefined ? {} : { addon: addon.name }) };
    this.#deps.events.record({ level, type: 'cluster.addon', text, data });
  }
}

/** A cluster made again under the name of one that was removed is another. */
function keyOf({ name, createdAt }: Cluster): string {
  return `${name}/${createdAt}`;
}
