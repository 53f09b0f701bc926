import { X509Certificate, createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ForgePki } from '../../../../src/adapters/pki/forge-pki.ts';

const NOW = Date.UTC(2026, 0, 31);
const YEAR = 365 * 24 * 3600 * 1000;
const pki = new ForgePki({ now: () => NOW });
const information = { country: 'DE', org: 'Bär & Söhne', orgUnit: 'unused', state: 'BY' };

describe('a cluster CA', async () => {
  const ca = await pki.createCa('192.168.124.230', information);
  const certificate = new X509Certificate(ca.certificate);

  test('is RSA-2048, self-signed and good for 20 years', () => {
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.validToDate).toEqual(new Date(Date.UTC(2046, 0, 31)));
    expect(pki.expiryOf(ca.certificate)).toBe(Date.UTC(2046, 0, 31));
  });

  test('carries the subject of ocne: no organisational unit, any letters', () => {
    expect(certificate.subject.split('\n')).toEqual(['C=DE', 'ST=BY', 'O=Bär & Söhne', 'CN=192.168.124.230']);
  });

  test('has a positive serial number of 160 bits', () => {
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{39}$/);
  });

  test('comes with its own key in PKCS#1', () => {
    expect(ca.key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(certificate.checkPrivateKey(createPrivateKey(ca.key))).toBe(true);
  });

  test('is pinned by its public key', () => {
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const pin = `sha256:${createHash('sha256').update(spki).digest('hex')}`;
    expect(pki.pinsOf(`${ca.certificate}\n${ca.certificate}`)).toEqual([pin, pin]);
    expect(pki.pinsOf('no certificate here')).toEqual([]);
  });

  test.each([
    ['192.168.124.230', 'IP Address:192.168.124.230'],
    ['fd00::10', 'IP Address:FD00:0:0:0:0:0:0:10'],
    ['lb.example.com', 'DNS:lb.example.com'],
  ])('signs an administrator for %s', async (endpointHost, name) => {
    const admin = await pki.createAdminCertificate(ca, {
      endpointHost,
      serviceSubnet: '10.96.0.0/12,fd00:96::/112',
    });
    const leaf = new X509Certificate(admin.certificate);
    expect(leaf.checkIssued(certificate)).toBe(true);
    expect(leaf.verify(certificate.publicKey)).toBe(true);
    expect(leaf.subject.split('\n').sort()).toEqual(['CN=admin', 'O=system:masters']);
    expect(leaf.validToDate.getTime() - NOW).toBe(YEAR);
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
    const names = leaf.subjectAltName?.split(', ') ?? [];
    expect(names).toEqual(
      expect.arrayContaining([
        'DNS:kubernetes.default.svc.cluster.local',
        'IP Address:10.96.0.1',
        'IP Address:FD00:96:0:0:0:0:0:1',
        'IP Address:127.0.0.1',
        name,
      ]),
    );
    // ocne writes an empty address for a host name.
    expect(names).not.toContain('IP Address:');
  });

  test('signs for a shorter time when asked', async () => {
    const admin = await pki.createAdminCertificate(ca, {
      endpointHost: 'lb',
      serviceSubnet: '10.96.0.0/12',
      days: 1,
    });
    expect(pki.expiryOf(admin.certificate) - NOW).toBe(24 * 3600 * 1000);
  });
});

test('a whole PKI has an authority for each purpose and a pair for service accounts', async () => {
  const whole = await pki.createClusterPki('vip', information);
  const subjects = [whole.ca, whole.etcdCa, whole.frontProxyCa].map(
    (entry) => new X509Certificate(entry.certificate),
  );
  expect(subjects.map((certificate) => certificate.subject.split('\n').at(-1))).toEqual([
    'CN=vip',
    'CN=etcd-ca',
    'CN=front-proxy-ca',
  ]);
  expect(subjects.every((certificate) => certificate.ca)).toBe(true);
  expect(
    new Set(
      pki.pinsOf([whole.ca, whole.etcdCa, whole.frontProxyCa].map((entry) => entry.certificate).join('')),
    ).size,
  ).toBe(3);
  const derived = createPublicKey(createPrivateKey(whole.serviceAccount.privateKey));
  expect(derived.equals(createPublicKey(whole.serviceAccount.publicKey))).toBe(true);
});

test('an authority that cannot be read is named as such', () => {
  expect(() => pki.pinsOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toThrow(
    'A certificate cannot be read.',
  );
});
