import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { APPLIANCE_ROLES, ROLES, clusterOf, render, textOf } from '../unit/domain/cluster/rendering.ts';
import type { AddressInfo } from 'node:net';
import type { NodeIgnitionInput, NodeRole } from '../../src/domain/cluster/node-ignition.ts';

/**
 * The scripts run on a node that is a folder: programs of the node are stand-ins which write down how they were called,
 * absolute paths lie in the folder.
 */
let node = '';
beforeEach(() => {
  node = mkdtempSync(join(tmpdir(), 'hearth-node-'));
  for (const path of ['bin', 'etc/ocne', 'etc/kubernetes', 'etc/keepalived', 'etc/hearth', 'run'])
    mkdirSync(join(node, path), { recursive: true });
  for (const name of ['kubeadm', 'kubectl', 'systemctl']) program(name, 'exit 0');
  program('sleep', 'exit 0');
});
afterEach(() => rmSync(node, { recursive: true }));

function program(name: string, body: string): void {
  const file = join(node, 'bin', name);
  writeFileSync(file, `#!/bin/bash\necho "${name} $*" >>"${node}/calls"\n${body}\n`);
  chmodSync(file, 0o755);
}

const calls = (): string[] =>
  existsSync(join(node, 'calls')) ? readFileSync(join(node, 'calls'), 'utf8').trim().split('\n') : [];
const called = (program: string): string[] => calls().filter((line) => line.startsWith(`${program} `));

function place(text: string, name: string): string {
  const file = join(node, name);
  writeFileSync(file, text.replaceAll(/(["' =(<>])\/(etc|run)\//g, `$1${node}/$2/`));
  return file;
}

function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: `${join(node, 'bin')}:/usr/sbin:/usr/bin:/bin`, ...extra };
}

describe('ocne.sh', () => {
  function bootstrap(
    role: NodeRole,
    extra: Record<string, string>,
    input: Partial<NodeIgnitionInput> = {},
  ): { status: number | null; conf: string } {
    const { config } = render(role, input);
    const conf = join(node, 'etc/kubernetes/kubeadm.conf');
    writeFileSync(conf, textOf(config, '/etc/kubernetes/kubeadm.conf'));
    // K8S=/etc/kubernetes has nothing before its slash that `place` would look for.
    const script = place(
      textOf(config, '/etc/ocne/ocne.sh').replaceAll('K8S=/etc', `K8S=${node}/etc`),
      'ocne.sh',
    );
    const { status } = spawnSync('bash', [script], {
      env: environment({ NET_INTERFACE: 'eth0', ...extra }),
      timeout: 20_000,
    });
    return { status, conf: readFileSync(conf, 'utf8') };
  }

  const ADDRESSES = [
    '2: eth0    inet 192.168.124.230/32 scope global eth0',
    '2: eth0    inet 10.9.0.5/24 brd 10.9.0.255 scope global dynamic eth0',
  ];
  const answerWith = (lines: string[]): void =>
    program('ip', lines.map((line) => `echo '${line}'`).join('\n'));

  test('initialises with the address of the interface, never with the virtual IP', () => {
    answerWith(ADDRESSES);
    const { status, conf } = bootstrap(ROLES.init, { ACTION: 'init' });
    expect(status).toBe(0);
    expect(conf).toContain('advertiseAddress: 10.9.0.5');
    expect(conf).not.toContain('NODE_IP');
    expect(called('ip')[0]).toBe('ip -o -4 addr show dev eth0 scope global -tentative -deprecated');
    expect(called('systemctl')).toEqual([
      'systemctl enable --now crio.service',
      'systemctl enable kubelet.service',
    ]);
    expect(called('kubeadm')).toEqual([
      `kubeadm init --config ${node}/etc/kubernetes/kubeadm.conf --upload-certs`,
    ]);
  });

  test('uploads nothing when the appliance has made the whole PKI', () => {
    answerWith(ADDRESSES);
    bootstrap(APPLIANCE_ROLES.init, { ACTION: 'init' });
    expect(called('kubeadm')).toEqual([`kubeadm init --config ${node}/etc/kubernetes/kubeadm.conf`]);
  });

  test('joins', () => {
    answerWith(ADDRESSES);
    expect(bootstrap(ROLES['worker-join'], { ACTION: 'join' }).status).toBe(0);
    expect(called('kubeadm')).toEqual([`kubeadm join --config ${node}/etc/kubernetes/kubeadm.conf`]);
  });

  test('waits for an address that comes late', () => {
    program(
      'ip',
      `[ "$(grep -c '^ip ' "${node}/calls")" -lt 4 ] || echo '2: eth0    inet 10.9.0.5/24 scope global eth0'`,
    );
    expect(bootstrap(ROLES['worker-join'], { ACTION: 'join' }).status).toBe(0);
    expect(called('sleep')).toHaveLength(3);
  });

  test('gives up with words after two minutes without one, and has not touched kubeadm', () => {
    program('ip', 'exit 0');
    expect(bootstrap(ROLES['worker-join'], { ACTION: 'join' }).status).toBe(1);
    expect(called('sleep')).toHaveLength(60);
    expect(called('kubeadm')).toEqual([]);
  });

  test('does nothing on a node that is set up', () => {
    answerWith(ADDRESSES);
    writeFileSync(join(node, 'etc/kubernetes/kubelet.conf'), '');
    expect(bootstrap(ROLES.init, { ACTION: 'init' }).status).toBe(0);
    expect(called('kubeadm')).toEqual([]);
  });

  test('resets first when a migration asks for it, and once', () => {
    answerWith(ADDRESSES);
    writeFileSync(join(node, 'etc/ocne/reset-kubeadm'), '');
    bootstrap(ROLES['worker-join'], { ACTION: 'join' });
    expect(called('kubeadm')[0]).toBe('kubeadm reset -f');
    expect(existsSync(join(node, 'etc/ocne/reset-kubeadm'))).toBe(false);
  });

  test.each(['', 'destroy'])('with ACTION=%j does what ocne does', (ACTION) => {
    answerWith(ADDRESSES);
    const { status } = bootstrap(ROLES.init, { ACTION });
    expect(status).toBe(ACTION === '' ? 0 : 1);
    expect(called('kubeadm')).toEqual(
      ACTION === '' ? [`kubeadm init --config ${node}/etc/ocne/kubeadm-default.conf`] : [],
    );
  });

  test('under strict takes the first address that is printed, of either family', () => {
    program(
      'ip',
      "printf '%s\\n' '2: eth0: <UP>' '    link/ether 52:54:00:00:00:01' '    inet6 fd00::5/64 scope global' '    inet 10.9.0.5/24 scope global'",
    );
    const { conf } = bootstrap(ROLES.init, { ACTION: 'init' }, { strict: true });
    expect(conf).toContain('advertiseAddress: fd00::5\n');
    expect(called('ip')).toEqual(['ip addr show eth0']);
  });

  test.runIf(process.getuid?.() === 0)('asks the real ip in a way that it understands', () => {
    const name = `hearth-${process.pid}-node`;
    const ip = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    ip('netns', 'add', name);
    try {
      const inside = (...args: string[]): string => ip('-n', name, ...args);
      inside('link', 'set', 'lo', 'up');
      inside('addr', 'add', '192.168.124.230/32', 'dev', 'lo');
      inside('addr', 'add', '10.9.0.5/24', 'dev', 'lo');
      inside('-6', 'addr', 'add', 'fd00::10/128', 'dev', 'lo');
      inside('-6', 'addr', 'add', 'fd00::5/64', 'dev', 'lo');
      rmSync(join(node, 'bin', 'ip'), { force: true });
      program('ip', `exec /usr/sbin/ip -n ${name} "$@"`);
      expect(bootstrap(ROLES.init, { ACTION: 'init', NET_INTERFACE: 'lo' }).conf).toContain(
        'advertiseAddress: 10.9.0.5\n',
      );
      const cluster = clusterOf({
        virtualIp: 'FD00:0::10',
        podSubnet: 'fd00:244::/56',
        serviceSubnet: 'fd00:96::/112',
      });
      expect(bootstrap(ROLES.init, { ACTION: 'init', NET_INTERFACE: 'lo' }, { cluster }).conf).toContain(
        'advertiseAddress: fd00::5\n',
      );
    } finally {
      spawnSync('ip', ['netns', 'delete', name]);
    }
  });
});

describe('check_apiserver.sh', () => {
  function check(peers: readonly string[] = []): number | null {
    const { config } = render(ROLES.init, { peers });
    writeFileSync(
      join(node, 'etc/keepalived/keepalived.conf'),
      textOf(config, '/etc/keepalived/keepalived.conf'),
    );
    const text = textOf(config, '/etc/keepalived/check_apiserver.sh').replaceAll(
      'LOG=/etc',
      `LOG=${node}/etc`,
    );
    const script = place(text.replace('\t\t/etc/keepalived', `\t\t${node}/etc/keepalived`), 'check.sh');
    return spawnSync('bash', [script], { env: environment(), timeout: 20_000 }).status;
  }
  const listening = (port: number): void =>
    program('netstat', `echo 'tcp6       0      0 :::${port}     :::*    LISTEN'`);
  const owns = (address: string): void =>
    program(
      'ip',
      `[ "$2" = route ] && { echo "$4 dev eth0 src 10.0.0.1"; exit; }; echo '2: eth0    inet ${address}/32 scope global eth0'`,
    );

  beforeEach(() => {
    owns('10.0.0.1');
    listening(6443);
    program('arping', 'exit 1');
    program('curl', 'exit 7');
  });

  test('says yes when something listens on the port', () => {
    expect(check()).toBe(0);
    expect(called('arping')).toEqual(['arping -f -c 3 -I eth0 192.168.124.230']);
  });

  test('says no, and writes it down, when nothing does', () => {
    listening(64430);
    expect(check()).toBe(1);
    expect(readFileSync(join(node, 'etc/keepalived/log'), 'utf8')).toContain('nothing listens on port 6443');
  });

  test('does not take the address from a living API server that it knows nothing of', () => {
    program('arping', 'exit 0');
    program('curl', 'exit 0');
    expect(check()).toBe(1);
  });

  test('takes an address that answers ARP but serves nothing', () => {
    program('arping', 'exit 0');
    expect(check()).toBe(0);
  });

  test('leaves the question to VRRP when it owns the address or knows its peers', () => {
    program('arping', 'exit 0');
    program('curl', 'exit 0');
    expect(check(['10.0.0.2'])).toBe(0);
    owns('192.168.124.230');
    expect(check()).toBe(0);
    expect(called('arping')).toEqual([]);
  });
});

describe('report.sh', () => {
  interface Delivered {
    readonly authorization: string | undefined;
    readonly form: URLSearchParams;
  }

  async function report(
    state: string,
    status = 200,
  ): Promise<{ code: number | null; delivered: Delivered[]; arguments: string }> {
    const delivered: Delivered[] = [];
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        delivered.push({ authorization: req.headers.authorization, form: new URLSearchParams(body) });
        res.writeHead(status).end();
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    const target = { url: `http://127.0.0.1:${port}/report`, bootToken: 'BOOT-TOKEN' };
    const { config } = render(APPLIANCE_ROLES.init, { host: { report: target } });
    writeFileSync(join(node, 'etc/hearth/report.curl'), textOf(config, '/etc/hearth/report.curl'));
    program('systemctl', `case "$*" in *ActiveState*) echo ${state};; *ExecMainStatus*) echo 1;; esac`);
    program(
      'journalctl',
      `seq 1 2000; echo 'kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef --certificate-key ${'ab'.repeat(32)}'; echo 'the last word'`,
    );
    program('hostname', 'echo node1');
    program('curl', 'exec /usr/bin/curl "$@"');
    const text = textOf(config, '/etc/hearth/report.sh').replaceAll(/=\/(etc|run)\//g, `=${node}/$1/`);
    const script = place(text, 'report.sh');
    // Not spawnSync: the server that it talks to is in this process.
    const child = spawn('bash', [script], { env: environment(), stdio: 'ignore' });
    const code = await new Promise<number | null>((done) => child.on('close', done));
    server.close();
    return { code, delivered, arguments: calls().join('\n') };
  }
  const secretIsThere = (): boolean => existsSync(join(node, 'etc/hearth/report.curl'));

  test('reports a success, then takes itself and its secret away', async () => {
    const { code, delivered, arguments: seen } = await report('active');
    expect(code).toBe(0);
    expect(delivered).toHaveLength(1);
    expect(delivered[0]?.authorization).toBe('Bearer BOOT-TOKEN');
    expect(Object.fromEntries(delivered[0]?.form ?? [])).toMatchObject({
      result: 'success',
      hostname: 'node1',
    });
    expect(called('systemctl').at(-1)).toBe('systemctl disable hearth-report.service');
    expect(secretIsThere()).toBe(false);
    expect(seen).not.toContain('BOOT-TOKEN');
  });

  test('reports a failure with the end of the journal, without its tokens and keys, and stays for the next attempt', async () => {
    const { code, delivered } = await report('failed');
    expect(code).toBe(0);
    const form = delivered[0]?.form ?? new URLSearchParams();
    expect(form.get('result')).toBe('failure');
    expect(form.get('status')).toBe('1');
    const journal = form.get('journal') ?? '';
    expect(journal).toContain('--token [token] --certificate-key [key]');
    expect(journal.trim().endsWith('the last word')).toBe(true);
    expect(journal.length).toBeLessThanOrEqual(8000);
    expect(secretIsThere()).toBe(true);
    expect(existsSync(join(node, 'run/hearth-report.journal'))).toBe(false);
  });

  test('gives up when the token is dead', async () => {
    expect((await report('failed', 403)).code).toBe(0);
    expect(secretIsThere()).toBe(false);
  });

  test('fails, to be started again, when the appliance has no answer yet', async () => {
    // 500 is retried by curl itself too; 418 stands for an answer that nobody planned.
    expect((await report('active', 418)).code).toBe(1);
    expect(secretIsThere()).toBe(true);
  });
});
