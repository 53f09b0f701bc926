import { Buffer } from 'node:buffer';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { caOfKubeconfig, renderKubeconfig } from '../../../../src/domain/cluster/kubeconfig.ts';

const text = renderKubeconfig({
  host: 'fd00::10',
  port: 8443,
  caCertificate: 'CA PEM\n',
  admin: { certificate: 'CERT', key: 'KEY' },
});

test('a kubeconfig has the names of kubeadm and the port of the endpoint', () => {
  expect(parse(text)).toMatchObject({
    'current-context': 'kubernetes-admin@kubernetes',
    clusters: [{ name: 'kubernetes', cluster: { server: 'https://[fd00::10]:8443' } }],
    users: [{ name: 'kubernetes-admin', user: { 'client-key-data': Buffer.from('KEY').toString('base64') } }],
  });
});

describe('the CA of a kubeconfig', () => {
  test('is the one of the cluster in the current context', () => {
    expect(caOfKubeconfig(text, 'k')).toEqual({ kind: 'inline', pem: 'CA PEM\n' });
    const two = `
clusters:
- {name: other, cluster: {certificate-authority: /other.crt}}
- {name: mine, cluster: {certificate-authority: pki/ca.crt}}
contexts:
- {name: c, context: {cluster: mine}}
current-context: c
`;
    expect(caOfKubeconfig(two, 'k')).toEqual({ kind: 'file', path: 'pki/ca.crt' });
    expect(caOfKubeconfig(two.replace('current-context: c', ''), 'k')).toEqual({
      kind: 'file',
      path: '/other.crt',
    });
  });

  test.each([
    ['clusters: []', 'is not a kubeconfig: it lists no clusters'],
    ['', 'is not a kubeconfig: it lists no clusters'],
    ['- 1', 'is not a kubeconfig: it lists no clusters'],
    ['clusters: [{name: a, cluster: {server: x}}]', 'names no certificate authority'],
    ['a: [', 'is not YAML'],
  ])('is missed by name of the file: %j', (content, why) => {
    expect(() => caOfKubeconfig(content, '/home/u/config')).toThrow(new RegExp(`^/home/u/config ${why}`));
  });
});
