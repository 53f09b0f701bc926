import { beforeEach, describe, expect, it } from 'vitest';
import { HostDeparture } from '../../../../src/domain/cluster/host-departure.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';
import type { Host, HostId } from '../../../../src/domain/host/host.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { host } from '../../../fakes/hosts.ts';

let hosts: Host[];
let removals: { node: string; lost: boolean | undefined; patience: number }[];
let refusal: Problem | undefined;
let released: string[];
let revoked: string[];
let events: RecordingEventLog;
let departure: HostDeparture;

beforeEach(() => {
  hosts = [];
  removals = [];
  refusal = undefined;
  released = [];
  revoked = [];
  events = new RecordingEventLog();
  departure = new HostDeparture({
    hosts: {
      all: () => hosts,
      find: (name) => {
        const found = hosts.find((one) => one.name === name);
        if (found === undefined) throw new Problem('host-not-found', 'no');
        return found;
      },
      release: (name) => {
        released.push(name);
        return Promise.resolve(host('released', { name }));
      },
    },
    clusters: { get: (name) => Promise.resolve(name === 'c1' ? aCluster('c1') : undefined) },
    nodes: {
      remove: async (_cluster, node, { lost, patience, progress }) => {
        await Promise.resolve();
        removals.push({ node, lost, patience });
        progress?.('still on node1, ending: default/a');
        progress?.('still on node1, ending: default/a');
        if (refusal !== undefined) throw refusal;
      },
    },
    tokens: { revokeForHost: (id) => Promise.resolve(void revoked.push(id)) },
    events,
  });
});

function add(name: string, role: 'control-plane' | 'worker', state: Host['state'] = 'active'): void {
  hosts.push(host(state, { id: name as HostId, name, assignment: { cluster: 'c1', role } }));
}

describe('releasing a host', () => {
  it('drains and deletes its node first, and says so once', async () => {
    add('node1', 'worker');
    await departure.release('node1', {}, 'ann');
    expect(removals).toEqual([{ node: 'node1', lost: false, patience: 90_000 }]);
    expect(released).toEqual(['node1']);
    expect(revoked).toEqual(['node1']);
    expect(events.texts()).toEqual([
      'node1 is drained, to leave c1',
      'node1 is not empty yet; still on node1, ending: default/a',
      'node1 is no longer a node of c1',
    ]);
  });

  it('keeps it when its pods do not leave', async () => {
    add('node1', 'worker');
    refusal = new Problem('cluster-refused', 'default/db is held.');
    await expect(departure.release('node1', {}, 'ann')).rejects.toBe(refusal);
    expect(released).toEqual([]);
    expect(events.texts().at(-1)).toBe('node1 is still a node of c1. default/db is held.');
  });

  it('by force lets go although the cluster does not answer, and says what stays behind', async () => {
    add('node1', 'worker');
    refusal = new Problem('cluster-unreachable', 'connection refused.');
    await departure.release('node1', { force: true }, 'ann');
    expect(removals[0]?.lost).toBe(true);
    expect(released).toEqual(['node1']);
    expect(events.texts().at(-1)).toContain('still a node of c1');
  });

  it('asks no cluster about a host that cannot be a node', async () => {
    add('node1', 'worker', 'registered');
    await departure.release('node1', {}, 'ann');
    expect(removals).toEqual([]);
    expect(released).toEqual(['node1']);
  });

  it('refuses to take the last control plane away, unless by force', async () => {
    add('node1', 'control-plane');
    add('node2', 'worker');
    await expect(departure.release('node1', {}, 'ann')).rejects.toThrow('the last control plane of c1');
    expect(removals).toEqual([]);
    await departure.release('node1', { force: true }, 'ann');
    expect(released).toEqual(['node1']);
  });

  it('reminds of etcd when a control plane leaves', async () => {
    add('node1', 'control-plane');
    add('node2', 'control-plane');
    await departure.release('node1', {}, 'ann');
    expect(events.texts().at(-1)).toMatch(/etcdctl member remove/);
  });
});
