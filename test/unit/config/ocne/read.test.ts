import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../../../src/domain/error/problem.ts';
import { COMPILED_DEFAULTS, overlay } from '../../../../src/config/ocne/layers.ts';
import { readClusterFile, readDefaultsFile } from '../../../../src/config/ocne/read.ts';

const cluster = (text: string): ReturnType<typeof readClusterFile> => readClusterFile(text, 'byo.yaml');

describe('a cluster file', () => {
  test('keeps versions and tags as they are spelled', () => {
    expect(cluster('kubernetesVersion: 1.30\nosTag: "1.30"\nname: 007\npassword: 0x10\n').settings).toEqual({
      kubernetesVersion: '1.30',
      osTag: '1.30',
      name: '007',
      password: '0x10',
    });
  });

  test('takes the switches of YAML 1.1', () => {
    expect(cluster('headless: yes\ncatalog: off\ncommunityCatalog: true\n').settings).toEqual({
      headless: true,
      catalog: false,
      communityCatalog: true,
    });
  });

  test('passes over keys that nobody knows, and says where they are', () => {
    const text =
      'provider: byo\npopularity: 9\nproviders:\n  byo:\n    networkInterface: eth0\n    speed: 10\n';
    const read = cluster(text);
    expect(read.settings).toEqual({ provider: 'byo', providers: { byo: { networkInterface: 'eth0' } } });
    expect([...read.ignored].sort()).toEqual(['byo.yaml:2: popularity', 'byo.yaml:6: providers.byo.speed']);
  });

  test('keeps the values of an application as they are typed', () => {
    const text =
      'applications:\n- name: a\n  version: 1.10\n  config:\n    replicas: 2\n    nested: {on: true, text: "1"}\n';
    expect(cluster(text).settings.applications).toEqual([
      { name: 'a', version: '1.10', config: { replicas: 2, nested: { on: true, text: '1' } } },
    ]);
  });

  test('may be empty, and may use anchors', () => {
    expect(cluster('').settings).toEqual({});
    expect(cluster('name: &n x\nvirtualIp: *n\n').settings).toEqual({ name: 'x', virtualIp: 'x' });
  });

  test.each([
    [
      'name: x\nworkerNodes: many\n',
      'byo.yaml:2: workerNodes must be a whole number from 0 to 65535, not "many"',
    ],
    ['workerNodes: 70000\n', 'byo.yaml:1: workerNodes must be a whole number from 0 to 65535, not "70000"'],
    ['workerNodes: -1\n', 'byo.yaml:1: workerNodes must be'],
    ['workerNodes: 1.5\n', 'byo.yaml:1: workerNodes must be'],
    ['headless: 3\n', 'byo.yaml:1: headless must be true or false'],
    ['\n\ncni: calico\n', 'byo.yaml:3: cni must be one of: flannel, none, not "calico"'],
    ['kubeProxyMode: nftables\n', 'byo.yaml:1: kubeProxyMode must be one of: iptables, ipvs'],
    ['providers:\n  byo: eth0\n', 'byo.yaml:2: providers.byo must be a section'],
    ['proxy:\n  noProxy:\n  - a\n', 'byo.yaml:2: proxy.noProxy must be text'],
    ['catalogs: {}\n', 'byo.yaml:1: catalogs must be a list'],
    ['a: [\n', 'byo.yaml:'],
    ['name: a\nname: b\n', 'byo.yaml:2:'],
    ['- 1\n', 'must be a map'],
  ])('is refused with file, line, key and what is allowed: %j', (text, why) => {
    const thrown = (): unknown => cluster(text);
    expect(thrown).toThrow(Problem);
    expect(thrown).toThrow(/^could not parse config file byo\.yaml: /);
    expect(thrown).toThrow(why);
  });

  test('never shows a password or an inline config in an error', () => {
    expect(() => cluster('password: [secret]\n')).toThrow(/^((?!secret).)*$/s);
  });

  test('is an error of ours for no text at all', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        try {
          cluster(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Problem);
          expect((thrown as Problem).code).toBe('config-invalid');
        }
      }),
    );
  });
});

describe('defaults.yaml', () => {
  const defaults = (text: string): unknown => readDefaultsFile(text, '/home/u/.ocne/defaults.yaml');

  test('takes its own fields', () => {
    expect(
      defaults('autoStartUI: "false"\nquiet: true\nephemeralCluster:\n  node: {cpu: 4}\n'),
    ).toMatchObject({ quiet: true });
  });

  test('refuses an unknown key with the ones that exist there', () => {
    expect(() => defaults('proxy:\n  httpProxi: x\n')).toThrow(
      '/home/u/.ocne/defaults.yaml:2: unknown key proxy.httpProxi, allowed here: httpProxy, httpsProxy, noProxy',
    );
  });

  test.each([
    'name',
    'directory',
    'provider',
    'workerNodes',
    'virtualIp',
    'loadBalancer',
    'cipherSuites',
    'applications',
    'catalogs',
  ])('refuses %s, which only a cluster file may say', (key) => {
    expect(() => defaults(`${key}: 1\n`)).toThrow(`unknown key ${key}`);
  });
});

describe('layers', () => {
  test('win when they say something, and never by an empty value or a zero', () => {
    const under = { registry: 'a', kubeApiServerBindPort: 1, proxy: { httpProxy: 'p', noProxy: 'n' } };
    expect(
      overlay(under, { registry: '', kubeApiServerBindPort: 0, proxy: { noProxy: 'm', httpProxy: '' } }),
    ).toEqual({
      registry: 'a',
      kubeApiServerBindPort: 1,
      proxy: { httpProxy: 'p', noProxy: 'm' },
    });
  });

  test('can switch something off', () => {
    expect(overlay(COMPILED_DEFAULTS, { catalog: false }).catalog).toBe(false);
    expect(overlay(COMPILED_DEFAULTS, {}).catalog).toBe(true);
  });

  test('append catalogs and applications', () => {
    expect(overlay({ catalogs: [{ name: 'a' }] }, { catalogs: [{ name: 'b' }] }).catalogs).toEqual([
      { name: 'a' },
      { name: 'b' },
    ]);
  });
});
