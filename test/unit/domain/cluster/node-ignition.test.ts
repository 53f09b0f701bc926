import { describe, expect, test } from 'vitest';
import { configOf } from '../../../../src/protocol/ignition/config.ts';
import { inlineFile } from '../../../../src/protocol/ignition/file.ts';
import { serialiseConfig } from '../../../../src/protocol/ignition/serialise.ts';
import { APPLIANCE_ROLES, ROLES, clusterOf, dropin, filesOf, render, textOf } from './rendering.ts';

const COMMON = [
  '/etc/ocne/update.yaml 0400 root',
  '/etc/ocne/ocne.sh 0555 root',
  '/etc/containers/registries.conf 0644 root',
  '/etc/ocne/ocne-kubeadm-upgrade.sh 0555 root',
  '/etc/kubernetes/kubeadm.conf 0600 root',
];
const CA = ['/etc/kubernetes/pki/ca.crt 0600 root', '/etc/kubernetes/pki/ca.key 0600 root'];
const VIRTUAL_IP = [
  '/etc/keepalived/keepalived.conf 0644 keepalived_script',
  '/etc/keepalived/check_apiserver.sh 0755 keepalived_script',
  '/etc/keepalived/keepalived_state.sh 0755 keepalived_script',
  '/etc/keepalived/log 0644 keepalived_script',
  '/etc/ocne/nginx/nginx.conf 0644 nginx_script',
  '/etc/ocne/nginx/pull_ocne_nginx 0755 root',
  '/etc/ocne/nginx/start_ocne_nginx 0755 root',
  '/etc/ocne/nginx/image 0644 root',
];
const UNITS = ['ocne-update.service', 'ocne.service', 'crio.service', 'kubelet.service'];
const VIRTUAL_IP_UNITS = [
  'ocne-nginx.service',
  'ocne-nginx-refresh.service',
  'ocne-nginx-refresh.path',
  'keepalived.service',
  'keepalived-refresh.service',
  'keepalived-refresh.path',
];

const balanced = clusterOf({ loadBalancer: 'lb.example.com' });

describe('a node gets the files and units of ocne, in its order', () => {
  test.each([
    ['init', clusterOf(), [...COMMON, ...CA, ...VIRTUAL_IP], true],
    ['init', balanced, [...COMMON, ...CA], false],
    ['control-plane-join', clusterOf(), [...COMMON, ...VIRTUAL_IP], true],
    ['control-plane-join', balanced, COMMON, false],
    ['worker-join', clusterOf(), COMMON, false],
    ['worker-join', balanced, COMMON, false],
  ] as const)('%s', (role, cluster, files, virtualIp) => {
    const { config } = render(ROLES[role], { cluster, strict: true });
    expect(filesOf(config)).toEqual(files);
    expect(config.storage?.files?.every((file) => file.overwrite === true)).toBe(true);
    expect(config.storage?.directories).toEqual([{ path: '/etc/ocne/ock/patches' }]);
    expect(config.systemd?.units?.map((unit) => unit.name)).toEqual([
      ...UNITS,
      ...(virtualIp ? VIRTUAL_IP_UNITS : []),
      'kublet.service',
      'rpm-ostreed.service',
    ]);
    expect(config.systemd?.units?.filter((unit) => unit.enabled !== true).map((unit) => unit.name)).toEqual([
      'rpm-ostreed.service',
    ]);
    expect(config.passwd?.groups?.map((group) => group.name) ?? []).toEqual(
      virtualIp ? ['nginx_script'] : [],
    );
    expect(config.passwd?.users?.map((user) => user.name)).toEqual(
      virtualIp ? ['nginx_script', 'ocne'] : ['ocne'],
    );
  });

  test('with the action and the interface in a drop-in that ends in a line break', () => {
    expect(dropin(render(ROLES.init).config, 'ocne.service', 'bootstrap.conf')).toBe(
      '[Service]\nEnvironment=ACTION=init\nEnvironment=NET_INTERFACE=enp1s0\n',
    );
    expect(
      dropin(
        render(ROLES['worker-join'], { host: { networkInterface: 'bond0.20' } }).config,
        'ocne.service',
        'bootstrap.conf',
      ),
    ).toBe('[Service]\nEnvironment=ACTION=join\nEnvironment=NET_INTERFACE=bond0.20\n');
  });

  test('the source of updates is written as the image reads it', () => {
    const of = (osRegistry: string): string =>
      textOf(
        render(ROLES.init, { cluster: clusterOf({ osRegistry, osTag: '1.30' }) }).config,
        '/etc/ocne/update.yaml',
      );
    expect(of('registry.example:5000/ock')).toBe(
      'registry: registry.example:5000/ock\ntag: 1.30\ntransport: ostree-unverified-registry\n',
    );
    expect(of('ostree-unverified-image:docker://r.example/ock')).toBe(
      'registry: r.example/ock\ntag: 1.30\ntransport: ostree-unverified-image:docker://\n',
    );
  });

  test('the registry prefixes the balancer image, whose file has no line break at its end', () => {
    const { config } = render(ROLES.init, {
      cluster: clusterOf({ registry: 'registry.example:5000/oracle' }),
    });
    expect(textOf(config, '/etc/containers/registries.conf')).toBe(
      'unqualified-search-registries = ["registry.example:5000/oracle"]\n',
    );
    expect(textOf(config, '/etc/ocne/nginx/image')).toBe(
      'IMAGE=registry.example:5000/oracle/olcne/nginx:1.17.7-1',
    );
  });
});

describe('proxy drop-ins', () => {
  const proxy = {
    httpsProxy: 'http://p.example:3128',
    httpProxy: 'http://q.example:3128',
    noProxy: '.example',
  };
  const inside = '192.168.124.230,10.96.0.0/12,10.244.0.0/16';

  test('are there without a proxy, for what must not go through one', () => {
    const { config } = render(ROLES['worker-join']);
    for (const unit of ['crio.service', 'ocne-update.service', 'rpm-ostreed.service'])
      expect(dropin(config, unit, 'proxy.conf')).toBe(`[Service]\nEnvironment=no_proxy=${inside}\n`);
  });

  test('name both proxies in both cases, and no_proxy in lower case', () => {
    const { config } = render(ROLES.init, { cluster: clusterOf({ proxy }) });
    expect(dropin(config, 'crio.service', 'proxy.conf')).toBe(
      `[Service]\nEnvironment=HTTPS_PROXY=${proxy.httpsProxy}\nEnvironment=https_proxy=${proxy.httpsProxy}\n` +
        `Environment=HTTP_PROXY=${proxy.httpProxy}\nEnvironment=http_proxy=${proxy.httpProxy}\n` +
        `Environment=no_proxy=.example,${inside}\n`,
    );
    expect(dropin(config, 'ocne-nginx.service', 'proxy.conf')).toMatch(/no_proxy=\.example\n$/);
  });

  test('leave the balancer alone when the user has no proxy', () => {
    expect(dropin(render(ROLES.init).config, 'ocne-nginx.service', 'proxy.conf')).toBeUndefined();
  });

  test('carry a percent-encoded password past systemd, and cannot start a second directive', () => {
    const { config } = render(ROLES['worker-join'], {
      cluster: clusterOf({ proxy: { httpProxy: 'http://u:p%40s s@p' } }),
    });
    expect(dropin(config, 'crio.service', 'proxy.conf')).toContain(
      'Environment="HTTP_PROXY=http://u:p%%40s s@p"\n',
    );
    const hostile = clusterOf({ proxy: { httpProxy: 'http://p\nExecStartPre=/bin/evil' } });
    expect(() => render(ROLES['worker-join'], { cluster: hostile })).toThrow(/line break/);
  });
});

describe('the user', () => {
  test('ocne is always there, with the key and the hash that were given', () => {
    const user = render(ROLES['worker-join'], {
      cluster: clusterOf({ sshPublicKey: 'ssh-ed25519 AAAA', password: '$6$salt$hash' }),
    }).config.passwd?.users?.[0];
    expect(user).toEqual({
      name: 'ocne',
      groups: ['wheel'],
      noCreateHome: false,
      passwordHash: '$6$salt$hash',
      primaryGroup: '',
      shell: '/usr/bin/rescue.sh',
      sshAuthorizedKeys: ['ssh-ed25519 AAAA'],
      system: false,
    });
  });

  test('of the cluster may override everything, the inline part last', () => {
    const extra = ['first', 'second'].map((text) =>
      configOf({ files: [inlineFile('/etc/ocne/ocne.sh', text, { mode: 0o700 })] }),
    );
    const { config } = render(ROLES.init, { extra });
    expect(textOf(config, '/etc/ocne/ocne.sh')).toBe('second');
    expect(filesOf(config)[1]).toBe('/etc/ocne/ocne.sh 0700 root');
  });
});

describe('on an appliance', () => {
  const host = {
    hostname: 'cp1',
    networkInterface: 'eno1',
    report: { url: 'http://10.20.0.1:8080/report', bootToken: 'tok"en' },
  };

  test('a control plane gets the whole PKI and needs no certificate key', () => {
    for (const role of ['init', 'control-plane-join'] as const) {
      const { config, secrets } = render(APPLIANCE_ROLES[role], { host });
      for (const name of [
        'ca.crt',
        'ca.key',
        'etcd/ca.crt',
        'etcd/ca.key',
        'front-proxy-ca.crt',
        'front-proxy-ca.key',
        'sa.key',
        'sa.pub',
      ])
        expect(filesOf(config)).toContain(`/etc/kubernetes/pki/${name} 0600 root`);
      expect(textOf(config, '/etc/kubernetes/kubeadm.conf')).not.toContain('certificateKey');
      expect(textOf(config, '/etc/ocne/ocne.sh')).not.toContain('--upload-certs');
      expect(secrets).toEqual(
        expect.arrayContaining(['ca-key', 'etcd-ca-key', 'service-account-key', 'boot-token']),
      );
    }
  });

  test('a worker gets no key of any authority', () => {
    for (const strict of [true, false]) {
      const { config, secrets } = render(APPLIANCE_ROLES['worker-join'], { host, strict });
      expect(filesOf(config).filter((file) => file.includes('/pki/'))).toEqual([]);
      expect(serialiseConfig(config)).not.toContain('private');
      expect(secrets).toEqual(['join-token', 'boot-token']);
    }
  });

  test('the host has its name, and reports with a token that only root can read', () => {
    const { config } = render(APPLIANCE_ROLES.init, { host });
    expect(textOf(config, '/etc/hostname')).toBe('cp1\n');
    expect(filesOf(config)).toContain('/etc/hearth/report.curl 0600 root');
    expect(textOf(config, '/etc/hearth/report.curl')).toBe(
      'url = "http://10.20.0.1:8080/report"\nheader = "Authorization: Bearer tok\\"en"\n',
    );
    expect(JSON.stringify(config.systemd)).not.toContain('tok');
    const unit = config.systemd?.units?.find((entry) => entry.name === 'hearth-report.service');
    expect(unit?.enabled).toBe(true);
    expect(unit?.contents).toMatch(/^After=ocne\.service/m);
    expect(unit?.contents).not.toMatch(/^(Requires|BindsTo)=/m);
    expect(dropin(config, 'ocne.service', 'report.conf')).toMatch(/^OnFailure=hearth-report\.service$/m);
    expect(dropin(config, 'ocne.service', 'bootstrap.conf')).toContain('NET_INTERFACE=eno1\n');
  });

  test('what a config holds in secret is listed for the audit', () => {
    expect(render(ROLES.init).secrets).toEqual(['ca-key', 'certificate-key']);
    expect(render(ROLES['control-plane-join'], { cluster: clusterOf({ password: '$6$x' }) }).secrets).toEqual(
      ['certificate-key', 'join-token', 'password-hash'],
    );
  });

  test('the VRRP id and known peers can be given', () => {
    const { config } = render(APPLIANCE_ROLES.init, { virtualRouterId: 77, peers: ['10.0.0.2', 'fd00::3'] });
    expect(textOf(config, '/etc/keepalived/keepalived.conf')).toMatch(/virtual_router_id 77\n/);
    expect(textOf(config, '/etc/keepalived/keepalived.conf')).toMatch(
      /unicast_peer \{\n {4}10\.0\.0\.2\n {4}fd00::3\n {2}\}/,
    );
    expect(textOf(config, '/etc/ocne/nginx/nginx.conf')).toMatch(/server \[fd00::3\]:6444 /);
    expect(() => render(APPLIANCE_ROLES.init, { virtualRouterId: 256 })).toThrow(/between 1 and 255/);
  });
});

describe('a host that cannot be rendered is refused by name', () => {
  test.each(['', 'eth0; reboot', 'a/b', 'sixteencharacter', '../x', 'eth0\n'])(
    'interface %j',
    (networkInterface) => {
      expect(() => render(ROLES.init, { host: { networkInterface } })).toThrow(/interface/);
    },
  );

  test.each(['UP per', '-x', 'a..b', 'x'.repeat(65)])('host name %j', (hostname) => {
    expect(() => render(ROLES.init, { host: { hostname } })).toThrow(/host name/);
  });
});

test('sizes are near those of ocne', () => {
  const size = (role: keyof typeof ROLES, cluster = clusterOf()): number =>
    serialiseConfig(render(ROLES[role], { cluster, strict: true }).config).length;
  const near = (actual: number, ocne: number): void => {
    expect(actual).toBeGreaterThan(ocne * 0.75);
    expect(actual).toBeLessThan(ocne * 1.25);
  };
  near(size('init'), 9529);
  near(size('init', balanced), 4441);
  near(size('control-plane-join'), 9002);
  near(size('control-plane-join', balanced), 3914);
  near(size('worker-join'), 3766);
});
