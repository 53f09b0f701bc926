import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EjsTemplates } from '../../src/adapters/template/ejs-templates.ts';
import { renderNodeIgnition } from '../../src/domain/cluster/node-ignition.ts';
import { RELEASES } from '../../src/domain/cluster/versions.ts';
import { negotiate } from '../../src/protocol/ignition/negotiate.ts';
import { serialiseConfig } from '../../src/protocol/ignition/serialise.ts';
import { parseForeign } from '../../src/protocol/ignition/foreign.ts';
import { APPLIANCE_ROLES, ROLES, clusterOf, render, textOf } from '../unit/domain/cluster/rendering.ts';
import type { IgnitionConfig } from '../../src/protocol/ignition/config.ts';

/** Real readers of what nodes are given: Ignition's validator, systemd, the shell. */
const folder = mkdtempSync(join(tmpdir(), 'hearth-ignition-'));
afterAll(() => rmSync(folder, { recursive: true }));

function has(tool: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
  if (!found) console.warn(`ignition interop: ${tool} is not installed, its tests are left out`);
  return found;
}

const host = {
  hostname: 'node1',
  networkInterface: 'eno1',
  report: { url: 'http://10.20.0.1:8080/report', bootToken: 'token' },
};
const proxy = {
  httpsProxy: 'http://u:p%40s@p.example:3128',
  httpProxy: 'http://p.example:3128',
  noProxy: '.example',
};
const CLUSTERS = {
  'virtual IP': clusterOf({ password: '$6$salt$hash', sshPublicKey: 'ssh-ed25519 AAAA x', proxy }),
  'load balancer': clusterOf({ loadBalancer: 'lb.example.com', kubernetesVersion: '1.34' }),
  IPv6: clusterOf({ virtualIp: 'fd00::10', podSubnet: 'fd00:244::/56', serviceSubnet: 'fd00:96::/112' }),
};

const CASES = Object.entries(CLUSTERS).flatMap(([name, cluster]) =>
  (['init', 'control-plane-join', 'worker-join'] as const).flatMap((role) => [
    { name, role, mode: 'appliance', config: render(APPLIANCE_ROLES[role], { cluster, host }).config },
    { name, role, mode: 'cli', config: render(ROLES[role], { cluster }).config },
  ]),
);

describe.runIf(has('ignition-validate'))('ignition-validate', () => {
  function validate(config: IgnitionConfig): { status: number | null; output: string } {
    // Debian's validator is 2.14, which reads 3.3.0 at most; OCK's 2.16.2 reads 3.4.0.
    const answer = negotiate(config, 'application/vnd.coreos.ignition+json;version=3.3.0');
    if (!answer.ok) throw new Error(answer.because.map((need) => need.what).join());
    const file = join(folder, 'config.ign');
    writeFileSync(file, serialiseConfig(answer.config));
    const { status, stdout, stderr } = spawnSync('ignition-validate', [file], { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  test.each(CASES)('accepts $name $role ($mode) without a word', ({ config }) => {
    expect(validate(config)).toEqual({ status: 0, output: '' });
  });

  test.each(RELEASES)('accepts every role of Kubernetes $alias', ({ alias }) => {
    const cluster = clusterOf({ kubernetesVersion: alias });
    for (const role of Object.values(ROLES))
      expect(validate(render(role, { cluster }).config)).toEqual({ status: 0, output: '' });
  });

  test('accepts what becomes of Butane', () => {
    const parsed = parseForeign(
      'variant: fcos\nversion: 1.4.0\nstorage:\n  files:\n    - {path: /a, mode: 0600, contents: {inline: x}}\n  disks:\n    - {device: /dev/vdb, wipe_table: true, partitions: [{number: 1, size_mib: 10}]}\nkernel_arguments: {should_exist: [quiet]}\n',
    );
    expect(parsed.ok && validate(parsed.config)).toEqual({ status: 0, output: '' });
  });

  test('does find a mistake, so that its silence means something', () => {
    const [first] = CASES;
    const broken = { ...first?.config, storage: { files: [{ path: 'relative' }] } } as IgnitionConfig;
    expect(validate(broken).status).not.toBe(0);
  });
});

describe.runIf(has('systemd-analyze'))('systemd', () => {
  test.each(CASES.filter(({ mode }) => mode === 'appliance'))(
    'takes the units of $name $role',
    ({ config }) => {
      const units = join(folder, 'units');
      rmSync(units, { recursive: true, force: true });
      mkdirSync(units);
      const names: string[] = [];
      for (const unit of config.systemd?.units ?? []) {
        const base =
          unit.contents ??
          (unit.name === 'ocne.service' ? '[Service]\nType=oneshot\nExecStart=/bin/true\n' : undefined);
        if (base === undefined) continue;
        // Programs of the node are not here; whether a unit is well formed does not depend on them.
        writeFileSync(
          join(units, unit.name),
          base.replaceAll(/=\/(etc\/ocne|usr\/bin\/podman)\S*/g, '=/bin/true'),
        );
        names.push(unit.name);
        for (const dropin of unit.dropins ?? []) {
          mkdirSync(join(units, `${unit.name}.d`), { recursive: true });
          writeFileSync(join(units, `${unit.name}.d`, dropin.name), dropin.contents ?? '');
        }
      }
      // refresh units reload keepalived, which the image brings.
      writeFileSync(join(units, 'keepalived.service'), '[Service]\nExecStart=/bin/true\n');
      const { status, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', ...names.map((name) => join(units, name))],
        {
          encoding: 'utf8',
          env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
        },
      );
      const complaints = stderr
        .split('\n')
        .filter((line) => line.includes(units) || names.some((name) => line.startsWith(`${name}:`)));
      expect(complaints).toEqual([]);
      expect(status).toBe(0);
    },
  );
});

describe('the shell', () => {
  test.each(CASES)('parses every script of $name $role ($mode)', ({ config }) => {
    for (const file of config.storage?.files ?? []) {
      const text = textOf(config, file.path);
      if (!text.startsWith('#!/bin/bash\n')) continue;
      const result = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
      expect(result.stderr, file.path).toBe('');
      expect(((file.mode ?? 0) & 0o111) !== 0, `${file.path} is executable`).toBe(true);
    }
  });

  test.runIf(has('shellcheck'))('has nothing to complain of', () => {
    const scripts = new Set(
      CASES.flatMap(({ config }) =>
        (config.storage?.files ?? []).map((file) => textOf(config, file.path)),
      ).filter((text) => text.startsWith('#!/bin/bash\n')),
    );
    expect(scripts.size).toBeGreaterThan(8);
    for (const script of scripts) {
      // SC1091: the file beside it is on the node only.
      const { stdout } = spawnSync('shellcheck', ['--severity=info', '--exclude=SC1091', '-'], {
        input: script,
        encoding: 'utf8',
      });
      expect(stdout).toBe('');
    }
  });
});

const BALANCED = [
  { family: 'IPv4', cluster: clusterOf(), peers: [] },
  { family: 'IPv4 with peers', cluster: clusterOf(), peers: ['10.9.0.2', '10.9.0.3'] },
  { family: 'IPv6 with peers', cluster: CLUSTERS.IPv6, peers: ['fd00::2'] },
];

const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

describe.runIf(has('nginx') && existsSync(STREAM_MODULE))('nginx', () => {
  test.each(BALANCED)('takes the balancer of $family', ({ cluster, peers }) => {
    const { config } = render(ROLES.init, { cluster, peers });
    const file = join(folder, 'nginx.conf');
    const conf = textOf(config, '/etc/ocne/nginx/nginx.conf');
    writeFileSync(file, conf.replace('/usr/lib64/nginx/modules/ngx_stream_module.so', STREAM_MODULE));
    const { status, stderr } = spawnSync(
      'nginx',
      ['-t', '-e', 'stderr', '-g', `pid ${folder}/nginx.pid;`, '-c', file],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).not.toMatch(/\[(warn|emerg)\]/);
    expect(status).toBe(0);
  });
});

describe.runIf(process.getuid?.() === 0 && has('keepalived') && has('ip'))('keepalived', () => {
  const namespace = `hearth-${process.pid}-vrrp`;
  const ip = (...args: string[]): void => {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  };
  beforeAll(() => {
    ip('netns', 'add', namespace);
    ip('-n', namespace, 'link', 'add', 'eno1', 'type', 'veth', 'peer', 'name', 'wire');
    ip('-n', namespace, 'link', 'set', 'eno1', 'up');
    ip('-n', namespace, 'addr', 'add', '10.9.0.1/24', 'dev', 'eno1');
  });
  afterAll(() => void spawnSync('ip', ['netns', 'delete', namespace]));

  test.each(BALANCED)('takes the virtual IP of $family', ({ cluster, peers }) => {
    const { config } = render(ROLES.init, {
      cluster,
      peers,
      host: { networkInterface: 'eno1' },
      virtualRouterId: 77,
    });
    for (const name of ['check_apiserver.sh', 'keepalived_state.sh'])
      writeFileSync(join(folder, name), textOf(config, `/etc/keepalived/${name}`), { mode: 0o755 });
    const conf = textOf(config, '/etc/keepalived/keepalived.conf')
      .replaceAll('/etc/keepalived/', `${folder}/`)
      // The image has a user for the scripts, this machine has not.
      .replace('enable_script_security', 'enable_script_security\n  script_user root');
    writeFileSync(join(folder, 'keepalived.conf'), conf);
    const { status, stderr, stdout } = spawnSync(
      'ip',
      [
        'netns',
        'exec',
        namespace,
        'keepalived',
        '--config-test',
        '--use-file',
        join(folder, 'keepalived.conf'),
      ],
      { encoding: 'utf8', timeout: 10_000 },
    );
    expect(stdout + stderr).not.toMatch(/Unknown|not found|ignoring|error/i);
    // Without peers keepalived falls back to multicast and says that it does (OCK's known behaviour).
    if (peers.length === 0)
      expect(stdout + stderr).toMatch(/^\(VI_1\) A unicast keyword [^\n]*multicast[^\n]*\n$/);
    else expect(status, stdout + stderr).toBe(0);
  });
});

test('every template is used by some config', () => {
  const source = new EjsTemplates('ignition-templates');
  const used = new Set<string>();
  const recording = { render: (name: string, values = {}) => (used.add(name), source.render(name, values)) };
  for (const role of Object.values(APPLIANCE_ROLES))
    renderNodeIgnition({ cluster: CLUSTERS['virtual IP'], role, host }, recording);
  expect([...used].sort()).toEqual(readdirSync(new URL('../../ignition-templates/', import.meta.url)).sort());
});
