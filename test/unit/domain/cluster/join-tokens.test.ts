import { beforeEach, describe, expect, it } from 'vitest';
import { JoinTokens } from '../../../../src/domain/cluster/join-tokens.ts';
import type { HostId } from '../../../../src/domain/host/host.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { MemorySecretStore } from '../../../fakes/secret-store.ts';

const CLUSTER = aCluster('c1');
const HOST = 'h1' as HostId;

/** Public halves of the tokens that the cluster has. */
let inCluster: Set<string>;
let silent: boolean;
let store: MemorySecretStore;
let tokens: JoinTokens;

beforeEach(() => {
  inCluster = new Set();
  silent = false;
  store = new MemorySecretStore();
  let byte = 0;
  const speak = async (say: () => unknown): Promise<void> => {
    await Promise.resolve();
    if (silent) throw new Error('silent');
    say();
  };
  tokens = new JoinTokens({
    api: {
      createBootstrapToken: (_cluster, token) => speak(() => inCluster.add(token.split('.')[0] ?? '')),
      deleteBootstrapToken: (_cluster, token) => speak(() => inCluster.delete(token.split('.')[0] ?? '')),
    },
    store,
    random: (count) => new Uint8Array(count).fill((byte += 1)),
  });
});

describe('the join token of a host', () => {
  it('is in the cluster until the node is Ready', async () => {
    const token = await tokens.issue(CLUSTER, HOST);
    expect([...inCluster]).toEqual([token.slice(0, 6)]);
    expect(await tokens.revoke(CLUSTER, HOST)).toBe(true);
    expect(inCluster.size).toBe(0);
    expect(await tokens.revoke(CLUSTER, HOST)).toBe(false);
  });

  it('is one per host: a second fetch takes the first one back', async () => {
    await tokens.issue(CLUSTER, HOST);
    const second = await tokens.issue(CLUSTER, HOST);
    await tokens.issue(CLUSTER, 'h2' as HostId);
    expect(inCluster.size).toBe(2);
    expect(inCluster.has(second.slice(0, 6))).toBe(true);
  });

  it('leaves nothing on disk that opens the cluster', async () => {
    const token = await tokens.issue(CLUSTER, HOST);
    const kept = await store.get('cluster/c1/join-token/h1');
    expect(new TextDecoder().decode(kept)).toBe(token.slice(0, 6));
  });

  it('is still remembered when the cluster did not take it back', async () => {
    await tokens.issue(CLUSTER, HOST);
    silent = true;
    await expect(tokens.revoke(CLUSTER, HOST)).rejects.toThrow('silent');
    silent = false;
    expect(await tokens.revoke(CLUSTER, HOST)).toBe(true);
    expect(inCluster.size).toBe(0);
  });

  it('is forgotten with its cluster, and no other cluster is touched', async () => {
    await tokens.issue(CLUSTER, HOST);
    await tokens.issue(aCluster('c10'), HOST);
    await tokens.forgetCluster('c1');
    expect(await store.names('cluster/')).toEqual(['cluster/c10/join-token/h1']);
  });
});
