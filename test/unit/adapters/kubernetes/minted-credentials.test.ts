import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MintedCredentials } from '../../../../src/adapters/kubernetes/minted-credentials.ts';
import { text } from '../../../../src/adapters/kubernetes/object.ts';
import { ForgePki } from '../../../../src/adapters/pki/forge-pki.ts';
import type { ClusterPki } from '../../../../src/domain/cluster/pki.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { FakeClock } from '../../../fakes/clock.ts';

const clock = new FakeClock();
const pki = new ForgePki(clock);
let keys: ClusterPki;
let minted: MintedCredentials;

beforeAll(async () => {
  keys = await pki.createClusterPki('10.20.0.10', aCluster('c1').config.certificateInformation);
  minted = new MintedCredentials({ secrets: { pki: () => Promise.resolve(keys) }, pki, clock });
});

describe('the credentials of the appliance', () => {
  it('are an administrator of the cluster, at its address and port', async () => {
    const { ca, certificate, server } = await minted.credentials(aCluster('c1'));
    const parsed = new X509Certificate(certificate);
    expect(parsed.subject).toContain('O=system:masters');
    expect(parsed.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(server.href).toBe('https://10.20.0.10:6443/');
  });

  it('stay the same for hours, and are renewed before they end', async () => {
    const cluster = aCluster('c2');
    const [first, again] = await Promise.all([minted.credentials(cluster), minted.credentials(cluster)]);
    expect(again).toBe(first);
    clock.advance(9 * 3600);
    expect(await minted.credentials(cluster)).toBe(first);
    clock.advance(2 * 3600);
    const renewed = await minted.credentials(cluster);
    expect(renewed).not.toBe(first);
    expect(pki.expiryOf(renewed.certificate)).toBeGreaterThan(clock.now() + 3600_000);
  });

  it('are not those of a cluster that had the same name before', async () => {
    const cluster = aCluster('c3');
    const first = await minted.credentials(cluster);
    expect(await minted.credentials({ ...cluster, createdAt: cluster.createdAt + 1 })).not.toBe(first);
  });

  it('are tried anew after the keys could not be read', async () => {
    let broken = true;
    const flaky = new MintedCredentials({
      secrets: { pki: () => (broken ? Promise.reject(new Error('disk')) : Promise.resolve(keys)) },
      pki,
      clock,
    });
    await expect(flaky.credentials(aCluster('c1'))).rejects.toThrow('disk');
    broken = false;
    expect((await flaky.credentials(aCluster('c1'))).ca).toBe(keys.ca.certificate);
  });
});

describe('a kubeconfig on request', () => {
  it('has the port of the cluster file, and a certificate that ends when asked', async () => {
    const cluster = aCluster('c1');
    const endpoint = { ...cluster.config.endpoint, port: 7443 };
    const config = await minted.adminKubeconfig(
      { ...cluster, config: { ...cluster.config, endpoint } },
      3600,
    );
    const document: unknown = parse(config);
    expect(text(document, 'clusters', 0, 'cluster', 'server')).toBe('https://10.20.0.10:7443');
    const pem = text(document, 'users', 0, 'user', 'client-certificate-data') ?? '';
    const ends = pki.expiryOf(Buffer.from(pem, 'base64').toString());
    expect(Math.abs(ends - clock.now() - 3_600_000)).toBeLessThan(2_000);
  });

  it.each([0, -1, 59, Number.NaN, Number.POSITIVE_INFINITY, 366 * 24 * 3600])(
    'does not live %s seconds',
    async (life) => {
      await expect(minted.adminKubeconfig(aCluster('c1'), life)).rejects.toMatchObject({
        code: 'input-invalid',
      });
    },
  );
});
