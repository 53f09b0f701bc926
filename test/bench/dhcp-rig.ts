import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { networkWith } from '../fakes/lease-world.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';

const run = promisify(execFile);

/** Two namespaces and a wire between them: a DHCP server in one, perfdhcp in the other. */
export interface Rig {
  readonly server: string;
  readonly client: string;
  readonly directory: string;
  readonly close: () => Promise<void>;
}

const ADDRESS = '10.16.0.1';
const CLIENT = '10.16.0.2';

/** A /12 with `pool` addresses, so that every run has new clients. */
export async function openRig(): Promise<Rig> {
  const id = `hearth-${process.pid}`;
  const [server, client] = [`${id}-s`, `${id}-c`];
  const directory = await mkdtemp(join(tmpdir(), 'hearth-bench-'));
  const ip = (...words: string[]): Promise<unknown> => run('ip', words);
  await ip('netns', 'add', server);
  await ip('netns', 'add', client);
  await ip(
    'link',
    'add',
    'bench0',
    'netns',
    server,
    'type',
    'veth',
    'peer',
    'name',
    'bench1',
    'netns',
    client,
  );
  for (const [namespace, device, address] of [
    [server, 'bench0', ADDRESS],
    [client, 'bench1', CLIENT],
  ] as const) {
    await ip('-n', namespace, 'address', 'add', `${address}/12`, 'dev', device);
    await ip('-n', namespace, 'link', 'set', device, 'up');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }
  return {
    server,
    client,
    directory,
    close: async () => {
      await run('ip', ['netns', 'delete', server]);
      await run('ip', ['netns', 'delete', client]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A server that was started and how to stop it. */
export interface Running {
  readonly child: ChildProcess;
  readonly stop: () => Promise<void>;
}

export async function startHearth(rig: Rig, data: string): Promise<Running> {
  const network = networkWith({
    interface: 'bench0',
    subnet: { base: '10.16.0.0' as Ipv4Address, prefix: 12 },
    address: ADDRESS as Ipv4Address,
    nextServer: ADDRESS as Ipv4Address,
    ranges: [{ first: '10.17.0.0' as Ipv4Address, last: '10.30.255.255' as Ipv4Address }],
  });
  const script = new URL('../interop/dhcp-server.ts', import.meta.url).pathname;
  const options = JSON.stringify({ data, networks: [network], quiet: true });
  const child = spawn('ip', ['netns', 'exec', rig.server, process.execPath, script, options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"ready"')) resolve();
    });
    child.once('exit', () => reject(new Error('the server ended before it was ready')));
  });
  return { child, stop: () => stop(child) };
}

/** Kea as Debian ships it, with memfile, persisting as it does by default. */
export async function startKea(rig: Rig, data: string): Promise<Running> {
  const file = join(rig.directory, 'kea.json');
  const configuration = {
    Dhcp4: {
      'interfaces-config': { interfaces: ['bench0'] },
      'lease-database': { type: 'memfile', persist: true, name: join(data, 'leases.csv'), 'lfc-interval': 0 },
      'valid-lifetime': 3600,
      subnet4: [{ subnet: '10.16.0.0/12', pools: [{ pool: '10.17.0.0-10.30.255.255' }] }],
      loggers: [{ name: 'kea-dhcp4', severity: 'ERROR' }],
    },
  };
  await writeFile(file, JSON.stringify(configuration));
  const child = spawn('ip', ['netns', 'exec', rig.server, 'kea-dhcp4', '-c', file], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, KEA_LOCKFILE_DIR: 'none', KEA_PIDFILE_DIR: rig.directory },
  });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  if (child.exitCode !== null) throw new Error('kea-dhcp4 did not start');
  return { child, stop: () => stop(child) };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** What perfdhcp saw. */
export interface Load {
  readonly rate: number;
  readonly dropsOffer: number;
  readonly dropsAck: number;
  readonly averageMs: number;
  readonly maximumMs: number;
}

/** Lets new clients take leases at a rate for some seconds. `seed` keeps their MAC addresses apart between runs. */
export async function load(rig: Rig, rate: number, seconds: number, clients: number): Promise<Load> {
  const words = [
    'netns',
    'exec',
    rig.client,
    'perfdhcp',
    '-4',
    '-r',
    `${rate}`,
    '-R',
    `${clients}`,
    '-p',
    `${seconds}`,
  ];
  words.push('-W', '1000000', '-s', `${Math.floor(Math.random() * 1e9)}`, '-l', 'bench1', ADDRESS);
  // perfdhcp ends with 3 when packets were dropped.
  const { stdout } = await run('ip', words, { maxBuffer: 1 << 26 }).catch(
    (error: unknown) => error as { stdout: string },
  );
  return readLoad(stdout);
}

function readLoad(text: string): Load {
  const number = (pattern: RegExp, part: string): number => Number(pattern.exec(part)?.[1] ?? Number.NaN);
  const [, offers = '', acks = ''] = text.split(/\*\*\*Statistics for: /);
  return {
    rate: number(/Rate: ([\d.]+)/, text),
    dropsOffer: number(/drops: (-?\d+)/, offers),
    dropsAck: number(/drops: (-?\d+)/, acks),
    averageMs: number(/avg delay: ([\d.]+)/, offers) + number(/avg delay: ([\d.]+)/, acks),
    maximumMs: Math.max(number(/max delay: ([\d.]+)/, offers), number(/max delay: ([\d.]+)/, acks)),
  };
}
