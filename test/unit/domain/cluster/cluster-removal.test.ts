import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterRemoval } from '../../../../src/domain/cluster/cluster-removal.ts';
import { ClusterSecrets } from '../../../../src/domain/cluster/cluster-secrets.ts';
import type { Host, HostId } from '../../../../src/domain/host/host.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { MemoryClusterStore } from '../../../fakes/cluster-store.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { host } from '../../../fakes/hosts.ts';
import { MemorySecretStore } from '../../../fakes/secret-store.ts';

let hosts: Host[];
let letGo: string[];
let store: MemoryClusterStore;
let secrets: MemorySecretStore;
let removal: ClusterRemoval;

beforeEach(async () => {
  hosts = [];
  letGo = [];
  store = new MemoryClusterStore();
  await store.add(aCluster('c1'));
  secrets = new MemorySecretStore();
  await secrets.put('cluster/c1/pki', new Uint8Array());
  const act =
    (what: string) =>
    (name: string): Promise<Host> => {
      letGo.push(`${what} ${name}`);
      return Promise.resolve(host('registered'));
    };
  removal = new ClusterRemoval({
    clusters: { get: () => Promise.resolve(aCluster('c1')) },
    store,
    hosts: { all: () => hosts, assign: act('free'), release: act('release') },
    secrets: new ClusterSecrets(secrets),
    joinTokens: { forgetCluster: () => Promise.resolve() },
    tokens: { revokeForHost: (id) => Promise.resolve(void letGo.push(`revoke ${id}`)) },
    events: new RecordingEventLog(),
  });
});

function add(name: string, state: Host['state']): void {
  hosts.push(host(state, { id: name as HostId, name, assignment: { cluster: 'c1', role: 'worker' } }));
}

describe('deleting a cluster', () => {
  it('forgets it and its keys, and frees hosts that were never started', async () => {
    add('a', 'registered');
    await removal.remove('c1', {}, 'ann');
    expect(await store.list()).toEqual([]);
    expect(await secrets.names('')).toEqual([]);
    expect(letGo).toEqual(['free a']);
  });

  it('is refused while hosts are on their way or nodes, naming them', async () => {
    add('a', 'active');
    add('b', 'installing');
    await expect(removal.remove('c1', {}, 'ann')).rejects.toMatchObject({
      code: 'cluster-in-use',
      message: 'Hosts still belong to c1: a (active), b (installing).',
    });
    expect(await store.list()).toHaveLength(1);
    expect(await secrets.names('')).toHaveLength(1);
  });

  it('by force releases them and voids their tokens', async () => {
    add('a', 'active');
    await removal.remove('c1', { force: true }, 'ann');
    expect(letGo).toEqual(['release a', 'revoke a']);
    expect(await store.list()).toEqual([]);
  });
});
