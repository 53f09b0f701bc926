import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForgePki } from '../../../../src/adapters/pki/forge-pki.ts';
import { field } from '../../../../src/adapters/kubernetes/object.ts';
import type { JsonObject } from '../../../fakes/kubernetes/json.ts';
import { kubernetesWorld } from './world.ts';
import type { KubernetesWorld } from './world.ts';

const TOKEN = 'abcdef.0123456789abcdef';
const YEAR = 365 * 24 * 60 * 60 * 1000;

let world: KubernetesWorld;
beforeEach(async () => {
  world = await kubernetesWorld();
});
afterEach(async () => {
  await world.stop();
});

async function otherCa(): Promise<{ certificate: string; key: string }> {
  const pki = new ForgePki({ now: () => Date.now() });
  return pki.createCa('other', { country: '', org: '', orgUnit: '', state: '' });
}

async function silence(): Promise<string> {
  const health = await world.api.health(world.cluster);
  return health.kind === 'silent' ? health.reason : 'it answers';
}

describe('the health of a cluster', () => {
  it('is good when the API server says it is ready', async () => {
    expect(await world.api.health(world.cluster)).toEqual({ kind: 'answers' });
    expect(await world.api.health(world.cluster)).toEqual({ kind: 'answers' });
  });

  it('names the checks that an API server still fails', async () => {
    world.fake.failing.add('etcd').add('poststarthook/rbac/bootstrap-roles');
    expect(await silence()).toBe('answers, but is not ready yet: etcd, poststarthook/rbac/bootstrap-roles');
  });

  it('says that nothing listens', async () => {
    await world.fake.down();
    expect(await silence()).toBe('connection refused');
  });

  it('is good again when the API server is back, on connections of before or new ones', async () => {
    await silence();
    await world.fake.down();
    await world.fake.up();
    expect(await world.api.health(world.cluster)).toEqual({ kind: 'answers' });
  });

  it('says that no answer came, in bounded time', async () => {
    world.fake.slow(5_000);
    expect(await silence()).toBe('no complete answer within 0.6 s');
  });

  it('says that somebody listens who does not go on with TLS', async () => {
    const mute = createServer();
    await new Promise((resolve) => mute.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = mute.address() as AddressInfo;
    await world.stop();
    world = await kubernetesWorld({ server: new URL(`https://127.0.0.1:${port}`) });
    expect(await silence()).toBe('no connection within 0.4 s');
    mute.close();
  });

  it('says that somebody listens who does not speak TLS', async () => {
    const plain = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise((resolve) => plain.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = plain.address() as AddressInfo;
    await world.stop();
    world = await kubernetesWorld({ server: new URL(`https://127.0.0.1:${port}`) });
    expect(await silence()).toContain('does not speak TLS');
    plain.close();
  });

  it('tells a certificate of another cluster, one that ended and one not valid yet', async () => {
    await world.fake.present({ ca: await otherCa() });
    expect(await silence()).toBe('answers, but its certificate is not of this cluster');
    await world.fake.present({ at: Date.now() - YEAR });
    expect(await silence()).toBe('answers, but its certificate has expired');
    await world.fake.present({ at: Date.now() + YEAR });
    expect(await silence()).toContain('its certificate is not valid yet');
  });

  it('tells a certificate that is for other addresses', async () => {
    const elsewhere = await kubernetesWorld({ server: new URL(`https://localhost:${world.fake.port}`) });
    expect(await elsewhere.api.health(elsewhere.cluster)).toEqual({
      kind: 'silent',
      reason: 'answers, but its certificate is for other addresses',
    });
    await elsewhere.stop();
  });

  it('says that the API server does not know the CA of the appliance', async () => {
    const ca = await otherCa();
    const pki = new ForgePki({ now: () => Date.now() });
    const request = { endpointHost: '127.0.0.1', serviceSubnet: '10.96.0.0/12' };
    const stranger = await pki.createAdminCertificate(ca, request);
    await world.stop();
    world = await kubernetesWorld(stranger);
    expect(await silence()).toContain('does not accept the certificate of the appliance');
  });

  it.each([
    [403, 'answers 403 (forbidden): refused by the test'],
    [503, 'answers 503, so it is not ready: refused by the test'],
    [502, 'answers 502, so the balancer before it reaches no API server: refused by the test'],
  ])('says what a bare %s means', async (status, words) => {
    world.fake.refuse(status);
    expect(await silence()).toBe(words);
  });
});

describe('a node', () => {
  const node = (conditions: JsonObject[]): void =>
    world.fake.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status: { conditions } });
  const look = (): ReturnType<KubernetesWorld['api']['node']> => world.api.node(world.cluster, 'n1');

  it('is absent until it registers', async () => {
    expect(await look()).toEqual({ kind: 'absent' });
  });

  it('is not ready before its kubelet says anything', async () => {
    node([]);
    expect(await look()).toEqual({ kind: 'not-ready', reason: 'its kubelet has not reported yet' });
  });

  it('is ready when its kubelet says so', async () => {
    node([
      { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
    ]);
    expect(await look()).toEqual({ kind: 'ready' });
  });

  it('lacks a pod network in those words', async () => {
    const message =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: No CNI configuration file in /etc/cni/net.d/.';
    node([{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message }]);
    expect(await look()).toMatchObject({
      reason: expect.stringContaining('it has no pod network yet') as string,
    });
  });

  it('passes on what else its kubelet says, and when it last spoke', async () => {
    node([{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'PLEG is not healthy' }]);
    expect(await look()).toEqual({ kind: 'not-ready', reason: 'its kubelet says: PLEG is not healthy' });
    const lastHeartbeatTime = '2026-11-20T10:00:00Z';
    node([{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', lastHeartbeatTime }]);
    expect(await look()).toEqual({
      kind: 'not-ready',
      reason: 'its kubelet has not reported since 2026-11-20T10:00:00Z',
    });
  });

  it('is unknown while the API is silent, with the reason', async () => {
    await world.fake.down();
    expect(await look()).toEqual({ kind: 'unknown', reason: 'the API of c1: connection refused' });
  });
});

describe('a bootstrap token', () => {
  const read = (): JsonObject | undefined => {
    const resource = {
      group: '',
      version: 'v1',
      plural: 'secrets',
      kind: 'Secret',
      namespaced: true,
      status: false,
    };
    return world.fake.storage.find(resource, 'kube-system', 'bootstrap-token-abcdef');
  };
  const values = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(field(read(), 'data') as Record<string, string>).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );

  it('is the Secret that kubeadm makes', async () => {
    await world.api.createBootstrapToken(world.cluster, TOKEN, 1800);
    expect(read()).toMatchObject({ type: 'bootstrap.kubernetes.io/token' });
    const { expiration = '', description = '', ...rest } = values();
    expect(rest).toEqual({
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    });
    expect(description).not.toBe('');
    expect(expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(expiration) - Date.now() - 1_800_000)).toBeLessThan(5_000);
  });

  it('lives longer when it is made again, as after an answer that was lost', async () => {
    await world.api.createBootstrapToken(world.cluster, TOKEN, 60);
    const before = values()['expiration'] ?? '';
    await world.api.createBootstrapToken(world.cluster, TOKEN, 7200);
    expect(Date.parse(values()['expiration'] ?? '')).toBeGreaterThan(Date.parse(before));
  });

  it('is gone after it was taken back, also twice', async () => {
    await world.api.createBootstrapToken(world.cluster, TOKEN, 60);
    await world.api.deleteBootstrapToken(world.cluster, TOKEN);
    expect(read()).toBeUndefined();
    await world.api.deleteBootstrapToken(world.cluster, TOKEN);
  });

  it('is never in what an error says', async () => {
    world.fake.refuse(403);
    const refused = world.api.createBootstrapToken(world.cluster, TOKEN, 60);
    await expect(refused).rejects.toMatchObject({ code: 'cluster-refused' });
    await expect(refused).rejects.not.toThrow('0123456789abcdef');
    await world.fake.down();
    await expect(world.api.createBootstrapToken(world.cluster, TOKEN, 60)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: 'The API of c1 did not take a join token: connection refused.',
    });
  });

  it('is said to be left behind in a cluster that is silent', async () => {
    await world.fake.down();
    await expect(world.api.deleteBootstrapToken(world.cluster, TOKEN)).rejects.toMatchObject({
      code: 'cluster-unreachable',
    });
  });

  it('is taken back by its public half alone', async () => {
    await world.api.createBootstrapToken(world.cluster, TOKEN, 60);
    await world.api.deleteBootstrapToken(world.cluster, TOKEN.slice(0, 6));
    expect(read()).toBeUndefined();
  });
});

describe('a node that is forgotten', () => {
  it('is gone, and forgetting it again is fine', async () => {
    world.fake.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    await world.api.forgetNode(world.cluster, 'n1');
    expect(await world.api.node(world.cluster, 'n1')).toEqual({ kind: 'absent' });
    await world.api.forgetNode(world.cluster, 'n1');
  });
});
