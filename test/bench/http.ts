import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FleetAppliance } from '../fleet/appliance.ts';
import { FleetWire } from '../fleet/wire.ts';
import { run } from '../rack/build/exec.ts';
import { markdownTable, median } from './table.ts';

const execute = promisify(execFile);

const ROUNDS = 7;
const MIB = 1024 * 1024;
const LARGE_MIB = 256;
const OBJECTS = 2000;
const NGINX_PORT = 8090;

const CONFIG = `networks:
  - { name: bench, interface: wire, subnet: 10.44.0.0/16, address: 10.44.0.1, dhcp: off }
`;

interface Server {
  readonly name: 'hearth' | 'nginx';
  /** The large file, and the folder of the OSTree objects. */
  readonly large: string;
  readonly objects: string;
}

interface Measure {
  readonly what: string;
  readonly unit: string;
  readonly take: (server: Server) => Promise<number>;
}

/**
 * The provisioning listener beside nginx, both in one namespace with the same files on the same disk, asked over the same
 * wire by turns. Needs root, nginx, wrk, curl, xorriso and ostree, and a built appliance.
 */
export async function benchHttp(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'));
  const wire = await FleetWire.create('10.44.0.1/16', '10.44.0.2/16');
  let appliance: FleetAppliance | undefined;
  let nginx: ChildProcess | undefined;
  try {
    appliance = await FleetAppliance.start({ wire, folder, config: CONFIG, profile: undefined });
    const { iso, repository } = await makeContent(folder);
    await appliance.hearth('media', 'import', iso, '--name', 'bench');
    await appliance.hearth('image', 'import', repository, '--name', 'bench');
    const data = join(folder, 'data');
    const script = join(folder, 'objects.lua');
    await writeFile(script, await objectsScript(join(data, 'images', 'bench', 'repo')));
    nginx = await startNginx(wire, folder, data);
    const servers: readonly Server[] = [
      { name: 'hearth', ...places(8080, '/images/bench', '/media/bench') },
      { name: 'nginx', ...places(NGINX_PORT, '/images/bench/repo', await treeOf(data)) },
    ];
    return report(await measure(servers, measures(wire, script)));
  } finally {
    await appliance?.stop();
    if (nginx !== undefined) await ended(nginx);
    wire.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function places(port: number, objects: string, medium: string): Omit<Server, 'name'> {
  const base = `http://10.44.0.1:${port}`;
  return { large: `${base}${medium}/images/install.img`, objects: `${base}${objects}` };
}

/** Where the library keeps the files of the medium, as a path below its data directory. */
async function treeOf(data: string): Promise<string> {
  const found = await readdir(join(data, 'media'), { recursive: true, withFileTypes: true });
  const file = found.find(({ name }) => name === 'install.img');
  if (file === undefined) throw new Error('the imported medium has no install.img');
  return `/${relative(data, file.parentPath)}`.replace(/\/images$/, '');
}

/** A medium with one large file and an image with many small ones. */
async function makeContent(folder: string): Promise<{ iso: string; repository: string }> {
  const medium = join(folder, 'medium');
  await mkdir(join(medium, 'images/pxeboot'), { recursive: true });
  await writeFile(join(medium, 'images/install.img'), randomBytes(LARGE_MIB * MIB));
  await writeFile(join(medium, 'images/pxeboot/vmlinuz'), randomBytes(MIB));
  await writeFile(join(medium, 'images/pxeboot/initrd.img'), randomBytes(MIB));
  const iso = join(folder, 'medium.iso');
  await run('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'BENCH', '-o', iso, medium]);
  await rm(medium, { recursive: true });
  const tree = join(folder, 'tree', 'usr');
  await mkdir(tree, { recursive: true });
  // Most objects of an operating system are of this size.
  for (let index = 0; index < OBJECTS; index += 1)
    await writeFile(join(tree, `file-${index}`), randomBytes(1000 + (index % 8) * 1000));
  const repository = join(folder, 'repository');
  await run('ostree', [`--repo=${repository}`, 'init', '--mode=archive']);
  const commit = ['commit', '-b', 'ock', `--tree=dir=${join(folder, 'tree')}`, '-s', 'bench'];
  await run('ostree', [`--repo=${repository}`, ...commit]);
  return { iso, repository };
}

/** A script for wrk that asks for one object after the other. */
async function objectsScript(repository: string): Promise<string> {
  const found = await readdir(join(repository, 'objects'), { recursive: true });
  const objects = found.filter((name) => name.endsWith('.filez'));
  if (objects.length < OBJECTS) throw new Error(`the image has ${objects.length} objects only`);
  const list = objects.map((name) => `"/objects/${name}"`).join(',\n');
  return `local paths = {\n${list}\n}
local next = 0
request = function()
  next = next % #paths + 1
  return wrk.format("GET", wrk.path .. paths[next])
end
`;
}

/** Debian's nginx with Debian's settings as far as they bear on speed: a worker per core, sendfile, an access log. */
async function startNginx(wire: FleetWire, folder: string, data: string): Promise<ChildProcess> {
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `user root;
worker_processes auto;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  access_log ${folder}/nginx-access.log;
  default_type application/octet-stream;
  server { listen 10.44.0.1:${NGINX_PORT}; root ${data}; }
}
`,
  );
  const [command, args] = wire.onAppliance('nginx', '-c', file, '-g', 'daemon off;');
  const child = spawn(command, args, { stdio: 'ignore' });
  await sleep(1000);
  if (child.exitCode !== null) throw new Error('nginx did not start');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function measures(wire: FleetWire, script: string): readonly Measure[] {
  const downloads = (clients: number, times: number): Measure => ({
    what: `${LARGE_MIB} MiB file, ${clients === 1 ? '1 client' : `${clients} clients at once`}`,
    unit: 'MiB/s',
    take: async ({ large }) => {
      const started = performance.now();
      for (let time = 0; time < times; time += 1)
        await Promise.all(Array.from({ length: clients }, () => download(wire, large)));
      return (LARGE_MIB * clients * times) / ((performance.now() - started) / 1000);
    },
  });
  const objects = (clients: number): Measure => ({
    what: `OSTree objects of some KiB, ${clients} connection${clients === 1 ? '' : 's'}`,
    unit: 'requests/s',
    take: async (server) => {
      const options = ['-t', '1', '-c', String(clients), '-d', '3', '-s', script, server.objects];
      const [command, args] = wire.onFleet('wrk', ...options);
      const { stdout } = await execute(command, args);
      if (/Non-2xx/.test(stdout)) throw new Error(`${server.name} refuses objects:\n${stdout}`);
      return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
    },
  });
  return [downloads(1, 4), downloads(4, 1), downloads(20, 1), objects(1), objects(16)];
}

/** With the size checked, as a broken download is fast. */
async function download(wire: FleetWire, url: string): Promise<void> {
  const options = ['--silent', '--fail', '--output', '/dev/null', '--write-out', '%{size_download}'];
  const [command, args] = wire.onFleet('curl', ...options, url);
  const { stdout } = await execute(command, args);
  if (Number(stdout) !== LARGE_MIB * MIB) throw new Error(`${url} gave ${stdout} bytes`);
}

type Results = ReadonlyMap<Measure, ReadonlyMap<string, readonly number[]>>;

async function measure(servers: readonly Server[], all: readonly Measure[]): Promise<Results> {
  const results = new Map(
    all.map((one) => [one, new Map(servers.map(({ name }) => [name as string, [] as number[]]))]),
  );
  // The first round warms caches and compilers up and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [one, taken] of results) {
      for (const server of servers) {
        const value = await one.take(server);
        if (round > 0) taken.get(server.name)?.push(value);
      }
    }
  }
  return results;
}

function report(results: Results): string {
  const rows = [...results].map(([{ what, unit }, taken]) => {
    const [ours = [], theirs = []] = [taken.get('hearth'), taken.get('nginx')];
    const cell = (values: readonly number[]): string =>
      `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;
    return [what, unit, cell(ours), cell(theirs), (median(ours) / median(theirs)).toFixed(2)];
  });
  return [
    '## Provisioning HTTP beside nginx',
    '',
    `Median of ${ROUNDS} interleaved rounds (lowest–highest), curl and wrk over a veth pair, files in the page cache. nginx uses a worker per core and sendfile(2); Hearth serves from one thread of JavaScript, and records who fetched what.`,
    '',
    markdownTable(['load', 'unit', 'Hearth:', 'nginx:', 'ratio:'], rows),
    '',
  ].join('\n');
}

if (import.meta.main) console.log(await benchHttp());
