import { describe, expect, test } from 'vitest';
import { loadCluster } from '../../../../src/config/ocne/load.ts';
import { memoryFiles } from './files.ts';
import type { LoadRequest, LoadedCluster } from '../../../../src/config/ocne/load.ts';

const MINIMAL =
  'provider: byo\nname: byocluster\nvirtualIp: 192.168.124.230\nproviders:\n  byo:\n    networkInterface: enp1s0\n';

function load(contents: Record<string, string>, request: Partial<LoadRequest> = {}): LoadedCluster {
  return loadCluster({
    clusterFile: '/site/byo.yaml',
    networkInterface: 'required',
    home: '/home/u',
    environment: {},
    files: memoryFiles(contents),
    ...request,
  });
}

const withFile = (text: string, request: Partial<LoadRequest> = {}): LoadedCluster =>
  load({ '/site/byo.yaml': MINIMAL + text }, request);

describe('the documented minimal cluster file', () => {
  test('is enough', () => {
    expect(withFile('').cluster).toMatchObject({
      name: 'byocluster',
      kubernetesVersion: '1.33',
      osTag: '1.33',
      endpoint: { kind: 'virtual-ip', host: '192.168.124.230', port: 6443, apiServerPort: 6444 },
      podSubnet: '10.244.0.0/16',
      serviceSubnet: '10.96.0.0/12',
      registry: 'container-registry.oracle.com',
      kubeProxyMode: 'iptables',
      byo: { networkInterface: 'enp1s0', automaticTokenCreation: false },
      addons: { headless: false, catalog: true, communityCatalog: false },
    });
  });

  test('takes its defaults from defaults.yaml, then from itself, then from flags', () => {
    const contents = {
      '/site/byo.yaml': `${MINIMAL}podSubnet: 10.1.0.0/16\n`,
      '/home/u/.ocne/defaults.yaml':
        'podSubnet: 10.9.0.0/16\nserviceSubnet: 10.8.0.0/16\nregistry: reg.example\n',
    };
    const { cluster } = load(contents, { flags: { name: 'flagged', workerNodes: 3 } });
    expect(cluster).toMatchObject({
      podSubnet: '10.1.0.0/16',
      serviceSubnet: '10.8.0.0/16',
      registry: 'reg.example',
      name: 'flagged',
      workerNodes: 3,
    });
  });

  test('looks for defaults where OCNE_DEFAULTS says', () => {
    const contents = {
      '/site/byo.yaml': MINIMAL,
      '/etc/d.yaml': 'registry: r.example\n',
      '/home/u/.ocne/defaults.yaml': 'bad: 1\n',
    };
    expect(load(contents, { environment: { OCNE_DEFAULTS: '/etc/d.yaml' } }).cluster.registry).toBe(
      'r.example',
    );
    expect(() => load(contents)).toThrow(/unknown key bad/);
  });
});

describe('the tag of the operating system', () => {
  test.each([
    ['', '1.33'],
    ['kubernetesVersion: 1.30\n', '1.30'],
    ['kubernetesVersion: 1.30\nosTag: 1.31\n', '1.31'],
    ['osTag: 1.31\n', '1.31'],
  ])('%j gives %s', (text, tag) => {
    expect(withFile(text).cluster.osTag).toBe(tag);
  });
});

describe('what ocne refuses is refused in its words', () => {
  const file =
    (text: string): (() => unknown) =>
    () =>
      load({ '/site/byo.yaml': `provider: byo\n${text}` });
  test.each([
    ['providers: {byo: {networkInterface: e}}\n', 'A virtual IP or load balancer is required'],
    [
      'virtualIp: 10.0.0.1\nloadBalancer: lb\nproviders: {byo: {networkInterface: e}}\n',
      'Can not specify both virtual IP and load balancer',
    ],
    ['virtualIp: 10.0.0.1\n', 'A network interface must be provided'],
    [`${MINIMAL.slice(14)}osRegistry: r.example/ock:1.33\n`, 'osRegistry field cannot have a tag'],
    [`${MINIMAL.slice(14)}kubernetesVersion: 1.25\n`, 'No Kubernetes version available for 1.25'],
  ])('%j', (text, words) => {
    expect(file(text)).toThrow(words);
  });
});

describe('what cannot work is refused before anything is written', () => {
  test.each([
    ['provider: libvirt\n', /libvirt/],
    ['name: ../../etc/passwd\n', /^name: /],
    ['virtualIp: vip.example.com\n', /is not an IP address/],
    ['podSubnet: 10.244.0.0\n', /^podSubnet: /],
    ['serviceSubnet: 10.96.0.0/12,10.97.0.0/16\n', /dual stack takes one of each family/],
    ['podSubnet: 10.0.0.0/8,fd00::/56,fd01::/56\n', /^podSubnet: /],
    ['registry: "https://r.example"\n', /^registry: /],
    ['cipherSuites: "A B"\n', /^cipherSuites: /],
    ['kubeApiServerBindPortAlt: 6443\n', /must differ/],
  ])('%j', (text, why) => {
    const key = text.split(':')[0] ?? '';
    const lines = MINIMAL.split('\n').filter((line) => !line.startsWith(`${key}:`));
    expect(() => load({ '/site/byo.yaml': `${lines.join('\n')}${text}` })).toThrow(why);
  });

  test('a cluster file that is not there', () => {
    expect(() => load({})).toThrow('could not parse config file /site/byo.yaml');
  });

  test('an appliance does not need the interface, which it knows for each host', () => {
    const contents = { '/site/byo.yaml': 'provider: byo\nloadBalancer: lb.example\n' };
    expect(load(contents, { networkInterface: 'per-host' }).cluster.byo.networkInterface).toBe('');
  });
});

describe('the key of the user', () => {
  const contents = {
    '/site/byo.yaml': MINIMAL,
    '/home/u/.ssh/id_rsa.pub': 'ssh-rsa DEFAULT\n',
    '/home/u/.ssh/other.pub': 'ssh-rsa OTHER\n',
  };

  test('is id_rsa.pub when it exists and nothing else is said', () => {
    expect(load(contents).cluster.sshPublicKey).toBe('ssh-rsa DEFAULT');
    expect(load({ '/site/byo.yaml': MINIMAL }).cluster.sshPublicKey).toBe('');
  });

  test('comes from the named file, or inline, which wins', () => {
    const named = { ...contents, '/site/byo.yaml': `${MINIMAL}sshPublicKeyPath: ~/.ssh/other.pub\n` };
    expect(load(named).cluster.sshPublicKey).toBe('ssh-rsa OTHER');
    const both = {
      ...contents,
      '/site/byo.yaml': `${MINIMAL}sshPublicKeyPath: /nowhere\nsshPublicKey: ssh-rsa INLINE\n`,
    };
    expect(load(both).cluster.sshPublicKey).toBe('ssh-rsa INLINE');
    expect(() => withFile('sshPublicKeyPath: /nowhere\n')).toThrow('the file /nowhere cannot be read');
  });

  test('keeps its line break under strict, as ocne does', () => {
    expect(load(contents, { strict: true }).cluster.sshPublicKey).toBe('ssh-rsa DEFAULT\n');
  });
});

describe('extra Ignition', () => {
  const ignition = (path: string): string =>
    `{"ignition":{"version":"3.2.0"},"storage":{"files":[{"path":"${path}"}]}}`;
  const butane = 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /b\n';

  test('comes from a file beside the cluster file, and then from the cluster file itself', () => {
    const text = `${MINIMAL}extraIgnition: extra.bu\nextraIgnitionInline: |\n  ${ignition('/inline')}\n`;
    const { extra } = load({ '/site/byo.yaml': text, '/site/extra.bu': butane });
    expect(extra.map((config) => config.storage?.files?.[0]?.path)).toEqual(['/b', '/inline']);
  });

  test('is relative to `directory` when that is given', () => {
    const text = `${MINIMAL}directory: /srv\nextraIgnition: extra.ign\n`;
    expect(load({ '/site/byo.yaml': text, '/srv/extra.ign': ignition('/a') }).extra).toHaveLength(1);
  });

  test('of a folder is what parses in it, in order of name; the rest is left out', () => {
    const contents = {
      '/site/byo.yaml': `${MINIMAL}extraIgnition: extra\n`,
      '/site/extra/2.ign': ignition('/second'),
      '/site/extra/1.bu': butane,
      '/site/extra/README': 'not a config',
      '/site/extra/sub/3.ign': ignition('/third'),
    };
    const { extra, warnings } = load(contents);
    expect(extra[0]?.storage?.files?.map((file) => file.path)).toEqual(['/b', '/second']);
    expect(warnings).toEqual([expect.stringContaining('/site/extra/README is left out')]);
  });

  test('that does not parse is refused with file and line', () => {
    const text = `${MINIMAL}extraIgnition: extra.bu\n`;
    const bad = butane.replace('/b', 'b');
    expect(() => load({ '/site/byo.yaml': text, '/site/extra.bu': bad })).toThrow(
      'could not parse extra ignition: /site/extra.bu: line 5: storage.files.0.path: must be an absolute path',
    );
    expect(() => load({ '/site/byo.yaml': text })).toThrow('there is no such file or folder');
  });

  test('that is odd is used with a warning, and refused under strict as ocne does', () => {
    const contents = {
      '/site/byo.yaml': `${MINIMAL}extraIgnition: extra.bu\n`,
      '/site/extra.bu': `${butane}      mood: 1\n`,
    };
    expect(load(contents).warnings).toEqual(['/site/extra.bu: line 6: unused key storage.files.0.mood']);
    expect(() => load(contents, { strict: true })).toThrow('could not parse extra ignition');
  });
});

test('a key that nobody knows is mentioned, and under strict passed over in silence', () => {
  expect(withFile('popularity: 9\n').warnings).toEqual([
    '/site/byo.yaml:7: popularity is not a known key and is ignored',
  ]);
  expect(withFile('popularity: 9\n', { strict: true }).warnings).toEqual([]);
});
