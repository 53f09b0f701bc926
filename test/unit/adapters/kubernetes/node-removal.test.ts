import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeRemoval } from '../../../../src/adapters/kubernetes/node-removal.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import type { JsonObject } from '../../../fakes/kubernetes/json.ts';
import { kubernetesWorld } from './world.ts';
import type { KubernetesWorld } from './world.ts';

const PATIENCE = { patience: 60_000 };

let world: KubernetesWorld;
let clock: FakeClock;
/** What happens in the cluster while the removal pauses. */
let meanwhile: () => void;
let removal: NodeRemoval;

beforeEach(async () => {
  world = await kubernetesWorld();
  clock = new FakeClock();
  meanwhile = () => undefined;
  removal = new NodeRemoval({
    connections: world.connections,
    clock,
    pause: (milliseconds) => {
      clock.advance(milliseconds / 1000);
      meanwhile();
      return Promise.resolve();
    },
  });
  node('n1');
  node('n2');
});
afterEach(async () => {
  await world.stop();
});

function node(name: string): void {
  world.fake.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
}

function pod(name: string, more: JsonObject = {}, nodeName = 'n1', status: JsonObject = {}): void {
  const metadata = { name, namespace: 'default', labels: { app: name }, ...more };
  world.fake.seed({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName }, status });
}

function budget(app: string, disruptionsAllowed: number): void {
  world.fake.seed({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed },
  });
}

function evicted(): string[] {
  return world.fake.requests
    .map((request) => /^POST .*\/pods\/([^/]+)\/eviction/.exec(request)?.[1])
    .filter((name) => name !== undefined);
}

describe('removing a node', () => {
  it('moves its pods away and deletes it, and touches no other node', async () => {
    pod('a');
    pod('b', {}, 'n2');
    await removal.remove(world.cluster, 'n1', PATIENCE);
    expect(evicted()).toEqual(['a']);
    expect(await world.api.node(world.cluster, 'n1')).toEqual({ kind: 'absent' });
    expect(await world.api.node(world.cluster, 'n2')).not.toEqual({ kind: 'absent' });
  });

  it('cordons the node before it evicts anything', async () => {
    pod('a');
    await removal.remove(world.cluster, 'n1', PATIENCE);
    const writes = world.fake.requests.filter((request) => !request.startsWith('GET'));
    expect(writes.map((request) => request.split(' ')[0])).toEqual(['PATCH', 'POST', 'DELETE']);
  });

  it('leaves what belongs to the node itself, and what has ended', async () => {
    pod('etcd', { annotations: { 'kubernetes.io/config.mirror': 'x' } });
    pod('proxy', { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'p', uid: 'u' }] });
    pod('job', {}, 'n1', { phase: 'Succeeded' });
    await removal.remove(world.cluster, 'n1', PATIENCE);
    expect(evicted()).toEqual([]);
  });

  it('waits for a disruption budget, and says so', async () => {
    pod('a');
    budget('a', 0);
    const told: string[] = [];
    meanwhile = () => budget('a', 1);
    await removal.remove(world.cluster, 'n1', { ...PATIENCE, progress: (words) => told.push(words) });
    expect(told[0]).toBe('still on n1, held by disruption budgets: default/a');
    expect(await world.api.node(world.cluster, 'n1')).toEqual({ kind: 'absent' });
  });

  it('gives up when its patience ends, with the node still there and the pods named', async () => {
    pod('a');
    budget('a', 0);
    await expect(removal.remove(world.cluster, 'n1', PATIENCE)).rejects.toMatchObject({
      code: 'cluster-refused',
      message: 'c1 did not let n1 go in time; still on n1, held by disruption budgets: default/a.',
    });
    expect(await world.api.node(world.cluster, 'n1')).not.toEqual({ kind: 'absent' });
  });

  it('waits for a pod that takes its time to end, and tells it once', async () => {
    pod('a', { finalizers: ['example.com/slow'] });
    meanwhile = () => pod('a', { finalizers: [] });
    await removal.remove(world.cluster, 'n1', PATIENCE);
    expect(evicted()).toEqual(['a']);
  });

  it('moves nothing off a machine that is gone for good', async () => {
    pod('a');
    await removal.remove(world.cluster, 'n1', { ...PATIENCE, lost: true });
    expect(evicted()).toEqual([]);
    expect(await world.api.node(world.cluster, 'n1')).toEqual({ kind: 'absent' });
  });

  it('is done when the node is not there', async () => {
    await removal.remove(world.cluster, 'never', PATIENCE);
    await removal.remove(world.cluster, 'never', { ...PATIENCE, lost: true });
  });

  it('says when the API is silent', async () => {
    await world.fake.down();
    await expect(removal.remove(world.cluster, 'n1', PATIENCE)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: 'The API of c1 did not let n1 go: connection refused.',
    });
  });
});
