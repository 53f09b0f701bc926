import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubernetesClusterReader } from '../../../../src/adapters/kubernetes/cluster-reader.ts';
import { redacted } from '../../../../src/adapters/kubernetes/redaction.ts';
import type { Cluster } from '../../../../src/domain/cluster/record.ts';
import { kubernetesWorld } from './world.ts';
import type { KubernetesWorld } from './world.ts';

let world: KubernetesWorld;
let cluster: Cluster;
let reader: KubernetesClusterReader;

beforeEach(async () => {
  world = await kubernetesWorld();
  const endpoint = { ...world.cluster.config.endpoint, host: '127.0.0.1', port: world.fake.port };
  cluster = { ...world.cluster, config: { ...world.cluster.config, endpoint } };
  reader = new KubernetesClusterReader({ connections: world.connections });
});
afterEach(async () => {
  await world.stop();
});

describe('reading a cluster', () => {
  it('tells its version, its nodes, and when the certificate of its API server ends', async () => {
    world.fake.seed({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'n1',
        labels: { 'node-role.kubernetes.io/control-plane': '' },
        annotations: { 'ocne.oracle.com/update-available': 'true' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        nodeInfo: { kubeletVersion: 'v1.33.7', osImage: 'Oracle Linux' },
        addresses: [{ type: 'InternalIP', address: '10.20.0.11' }],
      },
    });
    const state = await reader.state(cluster);
    expect(state).toMatchObject({
      kind: 'answers',
      nodes: [
        {
          name: 'n1',
          roles: ['control-plane'],
          health: { kind: 'ready' },
          version: 'v1.33.7',
          address: '10.20.0.11',
          unschedulable: true,
          updateAvailable: true,
        },
      ],
    });
    if (state.kind === 'answers') expect(state.certificates[0]?.expiresAt).toBeGreaterThan(Date.now());
  });

  it('says why a cluster is silent', async () => {
    await world.fake.down();
    expect(await reader.state(cluster)).toEqual({ kind: 'silent', reason: 'connection refused' });
    expect(await reader.dump(cluster)).toMatchObject({ nodes: { unreadable: 'connection refused' } });
  });
});

describe('a dump', () => {
  it('holds no secret: neither Secrets, nor contents of ConfigMaps, nor environments', async () => {
    world.fake.seed(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's', namespace: 'default' },
        data: { a: 'SECRET1' },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'm', namespace: 'default' },
        data: { a: 'SECRET2' },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', namespace: 'default', annotations: { last: 'SECRET3' } },
        spec: {
          containers: [
            { name: 'c', image: 'i', args: ['--x=SECRET4'], env: [{ name: 'X', value: 'SECRET5' }] },
          ],
        },
      },
    );
    const text = JSON.stringify(await reader.dump(cluster));
    expect(text).not.toContain('SECRET');
    expect(text).toContain('"name":"p"');
    expect(text).toContain('"name":"m"');
    expect(world.fake.requests.filter((request) => request.includes('/secrets'))).toEqual([]);
  });

  it('takes tokens, keys and passwords out of messages', () => {
    const message =
      'joined with abcdef.0123456789abcdef, Bearer xyz123, password=hunter2 and -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----.';
    const shown = String(redacted(message));
    for (const secret of ['abcdef.0123456789abcdef', 'xyz123', 'hunter2', 'MII'])
      expect(shown).not.toContain(secret);
    expect(shown).toContain('joined with');
  });

  it('survives an object that never ends', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 10_000; level += 1) deep = { inner: deep };
    expect(JSON.stringify(redacted(deep))).toContain('(too deep)');
  });
});
