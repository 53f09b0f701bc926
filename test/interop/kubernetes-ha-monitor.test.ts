import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../src/adapters/template/ejs-templates.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../manifest-templates/ha-monitor.sh', import.meta.url));
const ignition = new EjsTemplates('ignition-templates');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-ha-'));
  const values = { networkInterface: 'eno7', routerId: 77, virtualIp: '10.20.0.10', peers: [] };
  await writeFile(join(folder, 'keepalived.conf'), ignition.render('keepalived.conf.ejs', values));
  const nginx = { servers: ['localhost:6444'], port: 6443, connectTimeout: '2s' };
  await writeFile(join(folder, 'nginx.conf'), ignition.render('nginx.conf.ejs', nginx));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** One round with a kubectl that prints these addresses, or fails. */
async function round(addresses: readonly string[] | 'fails'): Promise<string> {
  const kubectl = join(folder, 'kubectl');
  const says =
    addresses === 'fails' ? 'exit 1' : `printf '%s\\n' ${addresses.map((one) => `'${one}'`).join(' ')}`;
  await writeFile(kubectl, `#!/bin/sh\n${says}\n`);
  await chmod(kubectl, 0o755);
  const env = {
    PATH: '/usr/bin:/bin',
    HOST_IP: '10.20.0.11',
    API_SERVER_PORT: '6444',
    KUBECTL: kubectl,
    KEEPALIVED_CONF: join(folder, 'keepalived.conf'),
    NGINX_CONF: join(folder, 'nginx.conf'),
  };
  return (await run('/bin/bash', [SCRIPT, 'once'], { env, timeout: 20_000 })).stdout;
}

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

/** The lines of a block. */
async function block(name: string, opening: string): Promise<string[]> {
  const lines = (await read(name)).split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${opening} {`);
  return lines.slice(start + 1, lines.indexOf('}', start));
}

describe('the HA monitor', () => {
  it('tells keepalived the others and nginx everyone, and leaves the rest as this host has it', async () => {
    const before = await read('keepalived.conf');
    await round(['10.20.0.12', '10.20.0.11', '10.20.0.13', '10.20.0.12']);
    expect(await block('keepalived.conf', 'unicast_peer')).toEqual(['10.20.0.12', '10.20.0.13']);
    expect(await block('nginx.conf', 'upstream backend1')).toEqual([
      'least_conn;',
      'server 10.20.0.11:6444 fail_timeout=10s max_fails=1;',
      'server 10.20.0.12:6444 fail_timeout=10s max_fails=1;',
      'server 10.20.0.13:6444 fail_timeout=10s max_fails=1;',
    ]);
    const after = await read('keepalived.conf');
    expect(after.replace('    10.20.0.12\n    10.20.0.13\n', '')).toBe(before);
  });

  it('drops a control plane that left', async () => {
    await round(['10.20.0.11', '10.20.0.12', '10.20.0.13']);
    await round(['10.20.0.11', '10.20.0.13']);
    expect(await block('keepalived.conf', 'unicast_peer')).toEqual(['10.20.0.13']);
    expect(await read('nginx.conf')).not.toContain('10.20.0.12');
  });

  it('writes brackets around IPv6 addresses where ports follow', async () => {
    await round(['fd00::11', 'fd00::12']);
    expect(await block('nginx.conf', 'upstream backend1')).toContain(
      'server [fd00::12]:6444 fail_timeout=10s max_fails=1;',
    );
    expect(await block('keepalived.conf', 'unicast_peer')).toContain('fd00::12');
  });

  it('does not touch a file that is right, as that would reload a service', async () => {
    await round(['10.20.0.11', '10.20.0.12']);
    const times = async (): Promise<number[]> =>
      Promise.all(
        ['keepalived.conf', 'nginx.conf'].map(async (name) => (await stat(join(folder, name))).mtimeMs),
      );
    const before = await times();
    expect(await round(['10.20.0.12', '10.20.0.11'])).toBe('');
    expect(await times()).toEqual(before);
  });

  it.each([['fails' as const], [[]], [['10.20.0.12', 'x; } evil {']]])(
    'changes nothing when the API says %s',
    async (addresses) => {
      const before = [await read('keepalived.conf'), await read('nginx.conf')];
      await round(addresses);
      expect([await read('keepalived.conf'), await read('nginx.conf')]).toEqual(before);
    },
  );
});
