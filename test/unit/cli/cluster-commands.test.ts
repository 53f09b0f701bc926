import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ForgePki } from '../../../src/adapters/pki/forge-pki.ts';
import { registerClusterJoin } from '../../../src/cli/cluster-join.ts';
import { registerClusterStart } from '../../../src/cli/cluster-start.ts';
import { decodeInline } from '../../../src/protocol/ignition/data-url.ts';
import type { LiveClusters } from '../../../src/domain/cluster/live-cluster.ts';
import { IgnitionConfig } from '../../../src/protocol/ignition/config.ts';

const MINIMAL =
  'provider: byo\nname: byocluster\nvirtualIp: 192.168.124.230\nproviders:\n  byo:\n    networkInterface: enp1s0\n';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-ocne-'));
  writeFileSync(join(home, 'byo.yaml'), MINIMAL);
});
afterEach(() => rmSync(home, { recursive: true }));

interface Run {
  readonly out: string;
  readonly err: string;
  readonly failure: string;
}

const run = async (...args: string[]): Promise<Run> => runWith(undefined, ...args);

async function runWith(live: LiveClusters | undefined, ...args: string[]): Promise<Run> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTTY: false,
  };
  const program = new Command('hearth').version('0').exitOverride();
  program.configureOutput({ writeErr: () => undefined });
  const cluster = program.command('cluster');
  registerClusterStart(cluster, terminal, { home, environment: {} });
  registerClusterJoin(cluster, terminal, { home, environment: {} }, live);
  const named = args.includes('-c') ? args : [...args, '-c', join(home, 'byo.yaml')];
  let failure = '';
  try {
    await program.parseAsync(['cluster', ...named], { from: 'user' });
  } catch (thrown) {
    failure = thrown instanceof Error ? thrown.message : String(thrown);
  }
  return { out, err, failure };
}

const kubeconfig = (): string => join(home, '.kube', 'kubeconfig.byocluster');

function text(out: string, path: string): string {
  const config = IgnitionConfig.parse(JSON.parse(out));
  const file = config.storage?.files?.find((entry) => entry.path === path);
  return Buffer.from(decodeInline(file?.contents ?? {}) ?? []).toString();
}

describe('hearth cluster start', () => {
  test('prints one line of Ignition and leaves a kubeconfig for the same CA', async () => {
    const { out, err, failure } = await run('start');
    expect(failure).toBe('');
    expect(out.split('\n')).toHaveLength(2);
    expect(err).toContain(`To access the cluster:\n    use ${kubeconfig()}\n`);
    const written = parse(readFileSync(kubeconfig(), 'utf8')) as {
      clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
      users: [{ user: { 'client-certificate-data': string } }];
    };
    const { server, 'certificate-authority-data': ca } = written.clusters[0].cluster;
    expect(server).toBe('https://192.168.124.230:6443');
    const caPem = Buffer.from(ca, 'base64').toString();
    expect(caPem).toBe(text(out, '/etc/kubernetes/pki/ca.crt'));
    const admin = new X509Certificate(
      Buffer.from(written.users[0].user['client-certificate-data'], 'base64'),
    );
    expect(admin.verify(new X509Certificate(caPem).publicKey)).toBe(true);
    expect(err).not.toContain('PRIVATE KEY');
  });

  test('keeps the kubeconfig to its owner; under strict it is as open as that of ocne', async () => {
    await run('start');
    expect(statSync(kubeconfig()).mode & 0o777).toBe(0o600);
    rmSync(kubeconfig());
    await run('start', '--strict-ocne');
    expect(statSync(kubeconfig()).mode & 0o777).toBe(0o644);
  });

  test('writes the port of the endpoint, and 6443 under strict whatever it is', async () => {
    writeFileSync(join(home, 'byo.yaml'), `${MINIMAL}kubeApiServerBindPort: 8443\n`);
    await run('start');
    expect(readFileSync(kubeconfig(), 'utf8')).toContain('https://192.168.124.230:8443');
    rmSync(kubeconfig());
    await run('start', '--strict-ocne');
    expect(readFileSync(kubeconfig(), 'utf8')).toContain('https://192.168.124.230:6443');
  });

  test('leaves nothing behind when the interface is missing', async () => {
    writeFileSync(join(home, 'byo.yaml'), 'provider: byo\nname: byocluster\nvirtualIp: 192.168.124.230\n');
    const { out, failure } = await run('start');
    expect(failure).toBe('A network interface must be provided');
    expect(out).toBe('');
    expect(existsSync(join(home, '.kube'))).toBe(false);
  });

  test('takes a cluster with a kubeconfig for started, and changes nothing', async () => {
    await run('start');
    const before = readFileSync(kubeconfig(), 'utf8');
    const { out, failure } = await run('start');
    expect(out).toBe('');
    expect(failure).toContain('byocluster has been started already');
    expect(readFileSync(kubeconfig(), 'utf8')).toBe(before);
  });

  test('lets flags win over the file, with the names and letters of ocne', async () => {
    const { out, failure } = await run(
      'start',
      '-C',
      'other',
      '-P',
      'byo',
      '--version',
      '1.31',
      '-w',
      '2',
      '-n',
      '3',
      '-u',
      'false',
    );
    expect(failure).toBe('');
    expect(existsSync(join(home, '.kube', 'kubeconfig.other'))).toBe(true);
    const conf = text(out, '/etc/kubernetes/kubeadm.conf');
    expect(conf).toContain('kubernetesVersion: 1.31.0');
    expect(conf).toContain('taints: null');
  });

  test('refuses two endpoints, from flags or from flag and file', async () => {
    expect((await run('start', '--virtual-ip', '10.0.0.1', '--load-balancer', 'lb')).failure).toBe(
      'Can not specify both virtual IP and load balancer',
    );
    expect((await run('start', '--load-balancer', 'lb')).failure).toBe(
      'Can not specify both virtual IP and load balancer',
    );
    expect((await run('start', '-w', 'many')).failure).toContain('whole number');
    expect((await run('start', '-P', 'vsphere')).failure).toContain('byo, libvirt, none, oci, olvm');
  });
});

describe('hearth cluster join', () => {
  test('pins the CA that start made and prints what to run for the worker', async () => {
    const started = await run('start');
    const { out, err, failure } = await run('join');
    expect(failure).toBe('');
    const conf = text(out, '/etc/kubernetes/kubeadm.conf');
    const pins = new ForgePki({ now: () => 0 }).pinsOf(text(started.out, '/etc/kubernetes/pki/ca.crt'));
    expect(parse(conf)).toMatchObject({ discovery: { bootstrapToken: { caCertHashes: pins } } });
    const token = /kubeadm token create (\S+)\n$/.exec(err)?.[1] ?? 'none';
    expect(conf).toContain(`token: ${token}`);
    expect(out).not.toContain('/etc/kubernetes/pki');
  });

  test('with -r joins a control plane with a certificate key that the instructions upload', async () => {
    await run('start');
    const { out, err } = await run('join', '-r', '-k', kubeconfig());
    const key =
      /certificateKey: ([0-9a-f]{64})/.exec(text(out, '/etc/kubernetes/kubeadm.conf'))?.[1] ?? 'none';
    expect(err).toContain(`--certificate-key ${key} --upload-certs" | ocne cluster console --node`);
  });

  test.each([
    [['-n', '1', '-w', '1'], 'The BYO provider cannot join worker and control plane nodes at the same time'],
    [
      ['-N', 'node1'],
      'A destination client configuration path must be specified when joining an existing node to a cluster',
    ],
    [['-d', '/k'], 'A node must be specified when joining an existing node to a cluster'],
    [['-d', '/k', '-N', 'node1'], '.kube/config cannot be read'],
    [['-k', '/nowhere'], '/nowhere cannot be read'],
  ])('refuses %j', async (args, why) => {
    const { out, failure } = await run('join', ...args);
    expect(failure).toContain(why);
    expect(out).toBe('');
  });
});

describe('with a cluster that can be reached', () => {
  let ca = '';
  let role: 'worker' | 'control-plane' | undefined;
  beforeEach(() => {
    role = 'worker';
  });

  function recorder(): { live: LiveClusters; calls: string[] } {
    const calls: string[] = [];
    const live: LiveClusters = {
      open: (kubeconfig) => {
        calls.push(`open ${kubeconfig}`);
        return Promise.resolve({
          ca,
          createBootstrapToken: (token, seconds) =>
            Promise.resolve(void calls.push(`token ${token} ${seconds}`)),
          roleOf: () => Promise.resolve(role),
          controlPlanes: () => Promise.resolve(['cp1', 'cp2']),
          kubeadm: () => Promise.resolve({ host: 'fd00::9', port: 6443, kubernetesVersion: 'v1.33.5' }),
        });
      },
    };
    return { live, calls };
  }

  test('automaticTokenCreation puts the token there, and a worker needs nothing else', async () => {
    await run('start');
    writeFileSync(join(home, 'byo.yaml'), `${MINIMAL}    automaticTokenCreation: true\n`);
    const { live, calls } = recorder();
    const { out, err } = await runWith(live, 'join');
    const token = /token: (\S+)/.exec(text(out, '/etc/kubernetes/kubeadm.conf'))?.[1] ?? '';
    expect(calls).toEqual([`open ${kubeconfig()}`, `token ${token} 86400`]);
    expect(err).toBe('');
  });

  test('a control plane is told the one command that is left, with its key and a node that is there', async () => {
    await run('start');
    writeFileSync(join(home, 'byo.yaml'), `${MINIMAL}    automaticTokenCreation: true\n`);
    const { out, err } = await runWith(recorder().live, 'join', '-r');
    const key = /certificateKey: (\S+)/.exec(text(out, '/etc/kubernetes/kubeadm.conf'))?.[1] ?? 'none';
    expect(err).toContain(`--certificate-key ${key} --upload-certs" | ocne cluster console --node cp1`);
    expect(err).not.toContain('kubeadm token create');
  });

  test('a cluster that refuses the token leaves nothing on stdout', async () => {
    await run('start');
    writeFileSync(join(home, 'byo.yaml'), `${MINIMAL}    automaticTokenCreation: true\n`);
    const { out, failure } = await runWith({ open: () => Promise.reject(new Error('forbidden')) }, 'join');
    expect({ out, failure }).toEqual({ out: '', failure: 'forbidden' });
  });

  test('a worker is moved by a script that the node runs, with a token that is in the destination', async () => {
    const { live, calls } = recorder();
    const pki = new ForgePki({ now: () => Date.now() });
    ca = (await pki.createCa('x', { country: '', org: '', orgUnit: '', state: '' })).certificate;
    const { out, err } = await runWith(live, 'join', '-k', '/src', '-d', '/dst', '-N', 'node1');
    const token = /token: (\S+)/.exec(out)?.[1] ?? '';
    expect(calls).toEqual(['open /src', 'open /dst', `token ${token} 86400`]);
    expect(out).toMatch(/apiServerEndpoint: "?\[fd00::9\]:6443/);
    expect(out).toContain(pki.pinsOf(ca)[0]);
    expect(out).toMatch(/touch \/etc\/ocne\/reset-kubeadm[^]*restart ocne\.service/);
    expect(err).toContain('kubectl --kubeconfig /src delete node node1');
    expect(spawnSync('bash', ['-n'], { input: out }).status).toBe(0);
  });

  test.each([
    ['worker', ['-r'], 'cannot be moved as a control plane'],
    ['control-plane', [], 'is a control plane of its cluster'],
    [undefined, [], 'has no node node1'],
  ] as const)('refuses to move a %s with %j', async (kind, flags, why) => {
    role = kind;
    const { live, calls } = recorder();
    const { out, failure } = await runWith(live, 'join', '-k', '/src', '-d', '/dst', '-N', 'node1', ...flags);
    expect(failure).toContain(why);
    expect(out).toBe('');
    expect(calls.filter((call) => call.startsWith('token'))).toEqual([]);
  });
});
