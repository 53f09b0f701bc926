import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiHealth, NodeHealth } from '../../../../src/domain/cluster/api.ts';
import { NodeWatch } from '../../../../src/domain/cluster/node-watch.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';
import { HostInventory } from '../../../../src/domain/host/inventory.ts';
import type { HostId } from '../../../../src/domain/host/host.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { MemoryClusterStore } from '../../../fakes/cluster-store.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { MemoryHostStore } from '../../../fakes/host-store.ts';
import { host, mac } from '../../../fakes/hosts.ts';

let hosts: HostInventory;
let health: ApiHealth;
let nodes: Map<string, NodeHealth>;
let asked: string[];
let born: string[];
let revoked: HostId[];
let revokeJoin: (id: HostId) => Promise<boolean>;
let events: RecordingEventLog;
let watch: NodeWatch;

beforeEach(async () => {
  const store = new MemoryHostStore();
  for (const [index, state] of (['joining', 'igniting', 'installed', 'active'] as const).entries()) {
    const name = `node${index + 1}`;
    await store.save(
      host(state, { id: `h${index + 1}` as HostId, name, macs: [mac(`52:54:00:00:00:0${index}`)] }),
    );
  }
  hosts = await HostInventory.load({
    store,
    events: new RecordingEventLog(),
    clock: new FakeClock(),
    ids: { next: () => 'id' },
    sources: {
      cluster: () => Promise.resolve(),
      medium: () => Promise.resolve('ol8'),
      image: () => Promise.resolve('ock'),
    },
  });
  const clusters = new MemoryClusterStore();
  await clusters.add(aCluster('c1'));
  health = { kind: 'answers' };
  nodes = new Map();
  asked = [];
  events = new RecordingEventLog();
  revokeJoin = () => Promise.resolve(true);
  born = [];
  revoked = [];
  watch = new NodeWatch({
    hosts,
    clusters,
    api: {
      health: () => Promise.resolve(health),
      node: (_cluster, name) => {
        asked.push(name);
        return Promise.resolve(nodes.get(name) ?? { kind: 'absent' });
      },
    },
    births: { born: (name) => Promise.resolve(void born.push(name)) },
    tokens: { revokeForHost: (id) => Promise.resolve(void revoked.push(id)) },
    joinTokens: { revoke: (_cluster, id) => revokeJoin(id) },
    events,
  });
});

describe('watching nodes', () => {
  it('makes a host active when its node is Ready, and voids its boot token', async () => {
    nodes.set('node1', { kind: 'ready' });
    await watch.check();
    expect(hosts.byName('node1')?.state).toBe('active');
    expect(revoked).toEqual(['h1']);
    expect(born).toEqual(['c1']);
  });

  it('deletes its join token from the cluster, and says when that cannot be', async () => {
    nodes.set('node1', { kind: 'ready' });
    await watch.check();
    expect(events.texts()).toEqual(['The join token of node1 was deleted from c1.']);
    nodes.set('node2', { kind: 'ready' });
    revokeJoin = () => Promise.reject(new Problem('cluster-refused', 'The API said no.'));
    await watch.check();
    expect(events.texts()[1]).toMatch(/node2 could not be deleted and ends by itself .* The API said no\./);
    expect(hosts.byName('node2')?.state).toBe('active');
  });

  it('asks only for hosts that are on their way', async () => {
    await watch.check();
    expect(asked.toSorted()).toEqual(['node1', 'node2']);
  });

  it('asks for no node while the API is silent, and says what the hosts wait for', async () => {
    health = { kind: 'silent', reason: 'connection refused' };
    await watch.check();
    expect(asked).toEqual([]);
    expect(hosts.byName('node1')?.detail).toBe('the API of c1: connection refused');
  });
});
