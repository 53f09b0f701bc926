import { beforeEach, describe, expect, it } from 'vitest';
import { loadCluster } from '../../../../src/config/ocne/load.ts';
import type { ApiHealth } from '../../../../src/domain/cluster/api.ts';
import { ClusterBirths } from '../../../../src/domain/cluster/birth.ts';
import type { Host, HostId, HostState, NodeRole } from '../../../../src/domain/host/host.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { MemoryClusterStore } from '../../../fakes/cluster-store.ts';
import { host, INSTALL, mac } from '../../../fakes/hosts.ts';

const SOURCE =
  'provider: byo\nname: c1\nvirtualIp: 10.20.0.9\nproviders:\n  byo: { networkInterface: eth0 }\n';

let hosts: Host[];
let health: ApiHealth;
let births: ClusterBirths;
let store: MemoryClusterStore;

function node(number: number, role: NodeRole, state: HostState = 'installed'): Host {
  const made = host(state, {
    id: `h${number}` as HostId,
    name: `node${number}`,
    macs: [mac(`52:54:00:00:00:0${number}`)],
    assignment: { cluster: 'c1', role },
    install: INSTALL,
  });
  hosts.push(made);
  return made;
}

function become(id: string, change: Partial<Host>): void {
  hosts = hosts.map((one) => (one.id === id ? { ...one, ...change } : one));
}

beforeEach(async () => {
  hosts = [];
  health = { kind: 'silent', reason: 'connection refused' };
  const files = {
    read: (path: string) => (path === '/byo.yaml' ? SOURCE : undefined),
    list: () => undefined,
  };
  const { cluster: config } = loadCluster({
    clusterFile: '/byo.yaml',
    networkInterface: 'per-host',
    files,
    environment: {},
    home: '/',
  });
  store = new MemoryClusterStore();
  await store.add({
    name: 'c1',
    source: SOURCE,
    config,
    extra: [],
    birth: { kind: 'unborn' },
    createdAt: 0,
  });
  births = new ClusterBirths({
    clusters: store,
    api: { health: () => Promise.resolve(health) },
    hosts: { all: () => hosts, byId: (id) => hosts.find((one) => one.id === id) },
    clock: new FakeClock(),
  });
});

describe('the birth of a cluster', () => {
  it('is begun by exactly one control plane, even when three ask in the same moment', async () => {
    const asking = [node(1, 'control-plane'), node(2, 'control-plane'), node(3, 'control-plane')];
    const parts = await Promise.all(asking.map((one) => births.partOf(one)));
    expect(parts.map((part) => part.kind)).toEqual(['initialise', 'wait', 'wait']);
  });

  it('gives the same host the same answer again after a hard reset', async () => {
    const first = node(1, 'control-plane');
    expect((await births.partOf(first)).kind).toBe('initialise');
    become('h1', { state: 'igniting' });
    expect((await births.partOf(first)).kind).toBe('initialise');
  });

  it('lets workers wait for the first control plane, then for the API, saying so', async () => {
    const worker = node(1, 'worker');
    expect(await births.partOf(worker)).toMatchObject({
      kind: 'wait',
      reason: expect.stringContaining('first control plane') as string,
    });
    await births.partOf(node(2, 'control-plane'));
    const waiting = await births.partOf(worker);
    expect(waiting).toMatchObject({ kind: 'wait' });
    if (waiting.kind === 'wait')
      expect(waiting.reason).toMatch(/10\.20\.0\.9:6443, which node2 .* connection refused/);
    health = { kind: 'answers' };
    expect((await births.partOf(worker)).kind).toBe('join');
  });

  it('joins control planes one at a time and workers side by side', async () => {
    const [first, second, third] = [
      node(1, 'control-plane'),
      node(2, 'control-plane'),
      node(3, 'control-plane'),
    ];
    await births.partOf(first);
    become('h1', { state: 'active', install: { ...INSTALL, initialises: true } });
    health = { kind: 'answers' };
    expect((await births.partOf(second)).kind).toBe('join');
    become('h2', { state: 'igniting' });
    expect(await births.partOf(third)).toMatchObject({
      kind: 'wait',
      reason: expect.stringContaining('node2') as string,
    });
    expect((await births.partOf(node(4, 'worker'))).kind).toBe('join');
    become('h2', { state: 'active' });
    expect((await births.partOf(third)).kind).toBe('join');
  });

  it('lets one of two control planes join that ask in the same moment', async () => {
    const [first, second, third] = [
      node(1, 'control-plane'),
      node(2, 'control-plane'),
      node(3, 'control-plane'),
    ];
    await births.partOf(first);
    become('h1', { state: 'active', install: { ...INSTALL, initialises: true } });
    health = { kind: 'answers' };
    const parts = await Promise.all([births.partOf(second), births.partOf(third)]);
    expect(parts.map((part) => part.kind)).toEqual(['join', 'wait']);
    expect((await births.partOf(second)).kind).toBe('join');
  });

  it('passes to another control plane when the first one failed before the API ever answered', async () => {
    const [first, second] = [node(1, 'control-plane'), node(2, 'control-plane')];
    await births.partOf(first);
    become('h1', { state: 'failed' });
    expect((await births.partOf(second)).kind).toBe('initialise');
  });

  it('never begins twice while the API answers, whatever became of the first control plane', async () => {
    const [first, second] = [node(1, 'control-plane'), node(2, 'control-plane')];
    await births.partOf(first);
    become('h1', { state: 'failed' });
    health = { kind: 'answers' };
    expect((await births.partOf(second)).kind).toBe('join');
    health = { kind: 'silent', reason: 'connection refused' };
    expect((await births.partOf(second)).kind).toBe('wait');
  });

  it('happens once: a reinstalled first control plane joins what it began', async () => {
    const first = node(1, 'control-plane');
    await births.partOf(first);
    await births.born('c1');
    node(2, 'control-plane', 'active');
    expect((await births.partOf(first)).kind).toBe('wait');
    health = { kind: 'answers' };
    expect((await births.partOf(first)).kind).toBe('join');
  });
});

describe('a cluster that was born and is silent', () => {
  const silent: ApiHealth = { kind: 'silent', reason: 'connection refused' };

  async function born(): Promise<Host> {
    const first = node(1, 'control-plane');
    await births.partOf(first);
    await births.born('c1');
    become('h1', { state: 'igniting', install: { ...INSTALL, initialises: true } });
    health = silent;
    return hosts.find(({ id }) => id === 'h1') ?? first;
  }

  it('is silent because its first host starts again: that one must not wait for itself', async () => {
    expect((await births.partOf(await born())).kind).toBe('initialise');
  });

  it('lets no other control plane begin it a second time', async () => {
    await born();
    expect((await births.partOf(node(2, 'control-plane'))).kind).toBe('wait');
    become('h1', { state: 'failed' });
    const second = hosts.find(({ id }) => id === 'h2');
    expect(second && (await births.partOf(second)).kind).toBe('wait');
  });

  it('begins again on its only control plane when that was installed anew', async () => {
    await born();
    become('h1', { state: 'installed', install: INSTALL });
    const anew = hosts.find(({ id }) => id === 'h1');
    expect(anew && (await births.partOf(anew)).kind).toBe('initialise');
  });

  it('lets workers wait', async () => {
    await born();
    expect((await births.partOf(node(2, 'worker'))).kind).toBe('wait');
  });
});

it('counts as born from the first answer of its API, whoever asked', async () => {
  const first = node(1, 'control-plane');
  await births.partOf(first);
  health = { kind: 'answers' };
  const cluster = await store.get('c1');
  expect(cluster && (await births.look(cluster))).toEqual({ kind: 'answers' });
  expect((await store.get('c1'))?.birth.kind).toBe('born');
});
