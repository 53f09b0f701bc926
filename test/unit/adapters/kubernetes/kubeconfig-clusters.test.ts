import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { KubeconfigClusters } from '../../../../src/adapters/kubernetes/kubeconfig-clusters.ts';
import type { LiveCluster } from '../../../../src/domain/cluster/live-cluster.ts';
import { ForgePki } from '../../../../src/adapters/pki/forge-pki.ts';
import { FakeKubernetes } from '../../../fakes/kubernetes/server.ts';

const pki = new ForgePki({ now: () => Date.now() });
const ADMIN = { endpointHost: '127.0.0.1', serviceSubnet: '10.96.0.0/12' };
const authority = pki.createCa('127.0.0.1', { country: '', org: '', orgUnit: '', state: '' });
const administrator = authority.then((ca) => pki.createAdminCertificate(ca, ADMIN));

let folder = '';
let fake: FakeKubernetes;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-kubeconfig-'));
  fake = await FakeKubernetes.start({ ca: await authority, certificate: await administrator });
});
afterEach(async () => {
  await fake.down();
  rmSync(folder, { recursive: true });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function open(user: object, cluster: object = {}, more: object = {}): Promise<LiveCluster> {
  const file = join(folder, 'config');
  const { certificate } = await authority;
  writeFileSync(
    file,
    stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [
        {
          name: 'k',
          cluster: { server: fake.url.href, 'certificate-authority-data': base64(certificate), ...cluster },
        },
      ],
      users: [{ name: 'u', user }],
      ...more,
    }),
  );
  return new KubeconfigClusters({ now: () => Date.now() }).open(file);
}

async function inline(): Promise<object> {
  const { certificate, key } = await administrator;
  return { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
}

describe('a cluster that a kubeconfig leads to', () => {
  it('is reached with a certificate in the kubeconfig', async () => {
    const cluster = await open(await inline());
    await cluster.createBootstrapToken('abcdef.0123456789abcdef', 60);
    expect(fake.requests.some((request) => request.startsWith('POST') && request.includes('/secrets'))).toBe(
      true,
    );
  });

  it('is reached with certificates in files beside it', async () => {
    const { certificate, key } = await administrator;
    writeFileSync(join(folder, 'me.crt'), certificate);
    writeFileSync(join(folder, 'me.key'), key);
    writeFileSync(join(folder, 'ca.crt'), (await authority).certificate);
    const cluster = await open(
      { 'client-certificate': 'me.crt', 'client-key': 'me.key' },
      { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' },
    );
    expect(await cluster.roleOf('n1')).toBeUndefined();
  });

  it('is reached with a token, in the kubeconfig or in a file', async () => {
    fake.tokens.set('let-me-in', { name: 'ann', groups: ['system:masters'] });
    writeFileSync(join(folder, 'token'), 'let-me-in\n');
    for (const user of [{ token: 'let-me-in' }, { tokenFile: 'token' }])
      expect(await (await open(user)).controlPlanes()).toEqual([]);
    await expect((await open({ token: 'wrong' })).controlPlanes()).rejects.toMatchObject({
      code: 'cluster-refused',
    });
  });

  it('tells which nodes are control planes, and what kubeadm recorded', async () => {
    const labels = { 'node-role.kubernetes.io/control-plane': '' };
    fake.seed(
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels } },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
        data: {
          ClusterConfiguration: 'controlPlaneEndpoint: "[fd00::9]:7443"\nkubernetesVersion: v1.33.5\n',
        },
      },
    );
    const cluster = await open(await inline());
    expect(await cluster.controlPlanes()).toEqual(['n1']);
    expect([await cluster.roleOf('n1'), await cluster.roleOf('n2')]).toEqual(['control-plane', 'worker']);
    expect(await cluster.kubeadm()).toEqual({ host: 'fd00::9', port: 7443, kubernetesVersion: 'v1.33.5' });
  });

  it.each([
    [
      'credentials of another program',
      { exec: { command: 'aws' } },
      {},
      {},
      /exec or auth-provider.*not run/,
    ],
    ['an auth provider', { 'auth-provider': { name: 'gcp' } }, {}, {}, /exec or auth-provider/],
    ['a server that is not checked', { token: 't' }, { 'insecure-skip-tls-verify': true }, {}, /insecure/],
    ['a proxy', { token: 't' }, { 'proxy-url': 'http://p' }, {}, /proxy-url/],
    ['no credentials', {}, {}, {}, /neither a client certificate/],
    ['no authority', { token: 't' }, { 'certificate-authority-data': '' }, {}, /no certificate authority/],
    ['no context', { token: 't' }, {}, { 'current-context': '' }, /no current context/],
    ['plain HTTP', { token: 't' }, { server: 'http://127.0.0.1' }, {}, /clusters\.0\.cluster\.server/],
    ['a file that is gone', { tokenFile: 'gone' }, {}, {}, /names .*gone, which cannot be read/],
  ])('is refused with %s, in words', async (_what, user, cluster, more, why) => {
    await expect(open(user, cluster, more)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(why) as string,
    });
  });
});
