import { describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../../../../src/adapters/template/ejs-templates.ts';
import { ClusterAddons } from '../../../../../src/domain/cluster/addons/cluster-addons.ts';
import type { ApiHealth } from '../../../../../src/domain/cluster/api.ts';
import type { Cluster } from '../../../../../src/domain/cluster/record.ts';
import type { HostId } from '../../../../../src/domain/host/host.ts';
import { aCluster } from '../../../../fakes/a-cluster.ts';
import { FakeClock } from '../../../../fakes/clock.ts';
import { MemoryClusterStore } from '../../../../fakes/cluster-store.ts';
import { RecordingEventLog } from '../../../../fakes/event-log.ts';
import { MemoryAddonApplier } from '../../../../fakes/kubernetes/addon-applier.ts';

const templates = new EjsTemplates('manifest-templates');

class World {
  readonly applier = new MemoryAddonApplier();
  readonly clusters = new MemoryClusterStore();
  readonly events = new RecordingEventLog();
  readonly clock = new FakeClock();
  readonly pauses: number[] = [];
  health: ApiHealth = { kind: 'answers' };
  readonly addons = this.start();

  /** A new process on the same world. */
  start(): ClusterAddons {
    return new ClusterAddons({
      clusters: this.clusters,
      applier: this.applier,
      events: this.events,
      clock: this.clock,
      templates,
      api: { health: () => Promise.resolve(this.health) },
      pause: (milliseconds) => {
        this.pauses.push(milliseconds);
        return Promise.resolve();
      },
    });
  }
}

function initialising(name = 'c1'): Cluster {
  return { ...aCluster(name), birth: { kind: 'initialising', host: 'h1' as HostId, since: 0 } };
}

describe('completing a cluster', () => {
  it('applies everything in order, remembers it in the cluster, and tells', async () => {
    const world = new World();
    await world.addons.ensure(initialising());
    expect(world.applier.applied[0]).toBe('ServiceAccount kube-system/kube-proxy');
    expect(world.applier.applied.at(-1)).toBe('ConfigMap kube-system/hearth-addons');
    expect(world.events.texts()).toEqual([
      'kube-proxy was put into c1.',
      'flannel was put into c1.',
      'CoreDNS was put into c1.',
      'the HA monitor was put into c1.',
      'c1 has everything it needs: nodes can become Ready.',
    ]);
  });

  it('leaves a cluster alone that has it all, also after a restart, unless asked to repair', async () => {
    const world = new World();
    await world.addons.ensure(initialising());
    const count = world.applier.applied.length;
    await world.start().ensure(initialising());
    expect(world.applier.applied).toHaveLength(count);
    await world.start().ensure(initialising(), { again: true });
    expect(world.applier.applied).toHaveLength(2 * count);
  });

  it('applies again when the cluster file or the manifests say something else', async () => {
    const world = new World();
    await world.addons.ensure(initialising());
    const count = world.applier.applied.length;
    const cluster = initialising();
    await world.start().ensure({ ...cluster, config: { ...cluster.config, kubeProxyMode: 'ipvs' } });
    expect(world.applier.applied.length).toBeGreaterThan(count);
  });

  it('outlasts an API that falls silent for a while', async () => {
    const world = new World();
    world.applier.failures = { code: 'cluster-unreachable', times: 4 };
    await world.addons.ensure(initialising());
    expect(world.pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(world.applier.objects.has('Deployment kube-system/coredns')).toBe(true);
  });

  it('gives up in the end, says on what, and goes on later where it stopped', async () => {
    const world = new World();
    world.applier.failures = { code: 'cluster-unreachable', times: 6, on: 'Deployment kube-system/coredns' };
    await expect(world.addons.ensure(initialising())).rejects.toMatchObject({ code: 'cluster-unreachable' });
    const core = (await world.addons.status(initialising())).find(({ name }) => name === 'core-dns');
    expect(core?.state).toMatchObject({ kind: 'failed', reason: 'Deployment kube-system/coredns failed.' });
    await world.addons.ensure(initialising());
    const states = (await world.addons.status(initialising())).map(({ state }) => state.kind);
    expect(states).toEqual(['applied', 'applied', 'applied', 'applied']);
  });

  it('does not repeat what the cluster refuses', async () => {
    const world = new World();
    world.applier.failures = { code: 'cluster-refused', times: 1 };
    await expect(world.addons.ensure(initialising())).rejects.toMatchObject({ code: 'cluster-refused' });
    expect(world.pauses).toEqual([]);
  });

  it('does one thing at a time in one cluster', async () => {
    const world = new World();
    await Promise.all([world.addons.ensure(initialising()), world.addons.ensure(initialising())]);
    expect(new Set(world.applier.applied).size).toBe(world.applier.applied.length);
  });

  it('waits for the images of a node where their tags depend on it', async () => {
    const world = new World();
    const cluster = initialising();
    const old = { ...cluster, config: { ...cluster.config, kubernetesVersion: '1.29' } };
    await expect(world.addons.ensure(old)).rejects.toThrow('which images it carries');
    world.applier.nodeImages = ['container-registry.oracle.com/olcne/kube-proxy:v1.29.14'];
    await world.addons.ensure(old);
    expect(JSON.stringify(world.applier.objects.get('DaemonSet kube-system/kube-proxy'))).toContain(
      'v1.29.14',
    );
  });

  it('says how the pods are', async () => {
    const world = new World();
    await world.addons.ensure(initialising());
    const name = 'DaemonSet kube-system/kube-proxy';
    const daemonSet = world.applier.objects.get(name);
    if (daemonSet === undefined) throw new Error('no kube-proxy');
    world.applier.objects.set(name, { ...daemonSet, status: { numberReady: 2, desiredNumberScheduled: 3 } });
    const pods = (await world.addons.status(initialising())).map((one) => one.pods);
    expect(pods).toEqual(['2 of 3 ready', '0 of 0 ready', '0 of 2 ready', '0 of 0 ready']);
  });
});

describe('looking for clusters to complete', () => {
  it('begins as soon as the API answers, as no node is Ready before', async () => {
    const world = new World();
    await world.clusters.add(initialising());
    world.health = { kind: 'silent', reason: 'connection refused' };
    await world.addons.check();
    expect(world.applier.applied).toEqual([]);
    world.health = { kind: 'answers' };
    await world.addons.check();
    expect(world.applier.objects.has('DaemonSet kube-flannel/kube-flannel-ds')).toBe(true);
  });

  it('lets clusters be that nobody has started', async () => {
    const world = new World();
    await world.clusters.add(aCluster('c1'));
    await world.addons.check();
    expect(world.applier.applied).toEqual([]);
  });

  it('tries a cluster that failed again after a minute, and one that is done never', async () => {
    const world = new World();
    await world.clusters.add(initialising());
    world.applier.failures = { code: 'cluster-refused', times: 1 };
    await world.addons.check();
    await world.addons.check();
    expect(world.applier.applied).toEqual([]);
    world.clock.advance(61);
    await world.addons.check();
    const count = world.applier.applied.length;
    expect(count).toBeGreaterThan(0);
    world.clock.advance(61);
    world.applier.objects.clear();
    await world.addons.check();
    expect(world.applier.applied).toHaveLength(count);
  });
});
