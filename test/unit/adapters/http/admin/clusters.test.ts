import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCluster } from '../../../../fakes/a-cluster.ts';
import { TestAppliance } from '../../../../fakes/appliance.ts';
import { idleClusterWork } from '../../../../fakes/cluster-work.ts';

const PATH = '/api/v1/clusters/c1';

let appliance: TestAppliance;
let asked: unknown[];

beforeAll(async () => {
  const proxied = aCluster('c1');
  const proxy = { httpsProxy: 'http://ann:hunter2@proxy:3128', httpProxy: '', noProxy: '' };
  const cluster = { ...proxied, config: { ...proxied.config, proxy } };
  asked = [];
  appliance = await TestAppliance.start({
    services: {
      clusters: {
        list: () => Promise.resolve([cluster]),
        get: () => Promise.resolve(cluster),
        create: () => Promise.reject(new Error('not asked')),
      },
      clusterWork: idleClusterWork({
        access: {
          certificates: () => Promise.resolve([{ name: 'cluster CA', expiresAt: 5 }]),
          kubeconfig: (...call) => {
            asked.push(call);
            return Promise.resolve({ kubeconfig: 'secret', expiresAt: 5 });
          },
        },
        up: {
          up: (...call) => {
            asked.push(call);
            return Promise.resolve({ hosts: [], armed: [], warnings: [] });
          },
        },
        removal: {
          remove: (...call) => {
            asked.push(call);
            return Promise.resolve();
          },
        },
      }),
    },
  });
});
afterAll(() => appliance.stop());

describe('a cluster over the API', () => {
  it('is shown with addons and expiry, and without passwords', async () => {
    const reply = await appliance.local({ path: PATH });
    expect(reply.json()).toMatchObject({ certificates: [{ name: 'cluster CA' }], addons: [] });
    for (const secret of ['hunter2', '$6$hash']) expect(reply.text).not.toContain(secret);
  });

  it('gives its kubeconfig to an administrator for eight hours, and never for longer than a year', async () => {
    expect((await appliance.local({ path: `${PATH}/kubeconfig` })).status).toBe(200);
    expect(asked.at(-1)).toEqual(['c1', 28_800, 'local administrator']);
    expect((await appliance.local({ path: `${PATH}/kubeconfig?ttlSeconds=99999999` })).status).toBe(400);
  });

  it('gives a viewer neither kubeconfig nor dump', async () => {
    const { token } = await appliance.access.tokens.create({ name: 'eye', role: 'viewer' }, 'test');
    const headers = { authorization: `Bearer ${token}` };
    const count = asked.length;
    for (const part of ['kubeconfig', 'dump'])
      expect((await appliance.ask({ path: `${PATH}/${part}`, headers })).status).toBe(403);
    expect((await appliance.ask({ path: PATH, headers })).status).toBe(200);
    expect(asked).toHaveLength(count);
  });

  it('is brought up with what was asked for, and nothing else is let through', async () => {
    const up = (body: unknown) => appliance.local({ method: 'POST', path: `${PATH}/up`, body });
    expect((await up({ workers: 2, select: { row: '1' } })).status).toBe(200);
    expect(asked.at(-1)).toEqual(['c1', { workers: 2, select: { row: '1' } }, 'local administrator']);
    expect((await up({ workers: -1 })).status).toBe(400);
    expect((await up({ everything: true })).status).toBe(400);
  });

  it('is deleted, by force only when that is said', async () => {
    expect((await appliance.local({ method: 'DELETE', path: PATH })).status).toBe(204);
    expect(asked.at(-1)).toEqual(['c1', { force: false }, 'local administrator']);
    expect((await appliance.local({ method: 'DELETE', path: `${PATH}?force=true` })).status).toBe(204);
    expect(asked.at(-1)).toEqual(['c1', { force: true }, 'local administrator']);
  });
});
