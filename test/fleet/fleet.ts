import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { FleetAppliance } from './appliance.ts';
import { judge } from './judgement.ts';
import { makeFleet } from './machine.ts';
import type { SimulationOptions, SimulationResult } from './simulation.ts';
import { makeStandIns } from './stand-ins.ts';
import { StateLog } from './state-log.ts';
import type { StateChange } from './state-log.ts';
import { UsageWatch } from './usage.ts';
import type { Usage } from './usage.ts';
import { FleetWire } from './wire.ts';

export interface FleetOptions {
  readonly hosts: number;
  readonly withinSeconds: number;
  /** Real seconds per second that hardware would take between what it says. */
  readonly timeScale?: number;
  readonly mediaBytes?: number;
  /** Arms by `hearth cluster up` instead of host by host. */
  readonly clusterUp?: boolean;
  readonly limitSeconds?: number;
  readonly seed?: number;
  readonly profile?: string;
  /** Where logs are kept; a temporary folder that is removed when absent. */
  readonly evidence?: string;
  /** Told what happens, for a person who watches. */
  readonly tell?: (text: string) => void;
}

export interface FleetResult {
  readonly options: FleetOptions;
  readonly simulation: SimulationResult;
  readonly changes: readonly StateChange[];
  /** Host names by the ids that state changes carry. */
  readonly names: ReadonlyMap<string, string>;
  readonly alerts: readonly string[];
  readonly events: number;
  readonly usage: Usage;
  /** What a good fleet has none of. */
  readonly problems: readonly string[];
}

const ENDPOINT = { address: '10.44.0.5', port: 6443 };

const CONFIG = `networks:
  - name: fleet
    interface: wire
    subnet: 10.44.0.0/16
    address: 10.44.0.1
    dhcp: authoritative
    ranges: ["10.44.16.0-10.44.31.255"]
    dns: [10.44.0.1]
    domain: fleet.example
`;

const CLUSTER = `provider: byo
name: fleet
virtualIp: ${ENDPOINT.address}
headless: true
catalog: false
providers:
  byo:
    networkInterface: eno1
`;

const SIMULATOR = fileURLToPath(new URL('simulator-main.ts', import.meta.url));

export const hostSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  waiting: z.string(),
});

/** Lets a fleet boot from the built appliance; whatever went wrong is in `problems`. */
export async function bootFleet(options: FleetOptions): Promise<FleetResult> {
  const tell = options.tell ?? ((): void => undefined);
  const folder = options.evidence ?? (await mkdtemp(join(tmpdir(), 'hearth-fleet-')));
  const ends: (() => Promise<void> | void)[] = [];
  if (options.evidence === undefined) ends.push(() => rm(folder, { recursive: true, force: true }));
  try {
    const wire = await FleetWire.create('10.44.0.1/16', '10.44.0.2/16');
    ends.push(() => {
      wire.close();
    });
    tell('starting the appliance');
    const { profile } = options;
    const appliance = await FleetAppliance.start({ wire, folder, config: CONFIG, profile });
    ends.push(() => appliance.stop());
    await prepare(appliance, folder, options, tell);
    const log = new StateLog();
    log.start(appliance.api);
    const usage = new UsageWatch(appliance.pid);
    tell(`powering ${options.hosts} machines on within ${options.withinSeconds} s`);
    const simulator = startSimulator(wire, options);
    ends.push(() => ended(simulator.child));
    const progress = setInterval(() => tell(progressOf(log)), 5000);
    ends.push(() => {
      clearInterval(progress);
    });
    const simulation = await simulator.result;
    await untilActive(log, simulation, tell);
    clearInterval(progress);
    const used = usage.stop();
    await log.stop();
    const { api } = appliance;
    const hosts = z.array(hostSchema).parse(await api.get('/api/v1/hosts'));
    const leases = z
      .array(z.looseObject({ address: z.string(), mac: z.string().optional(), state: z.string() }))
      .parse(await api.get('/api/v1/leases'));
    const { changes, alerts, events } = log;
    const problems = judge({ fleet: makeFleet(options.hosts), simulation, hosts, leases, changes, alerts });
    const names = new Map(hosts.map(({ id, name }) => [id, name]));
    return { options, simulation, changes, names, alerts, events, usage: used, problems };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function prepare(
  appliance: FleetAppliance,
  folder: string,
  { hosts, clusterUp = false }: FleetOptions,
  tell: (text: string) => void,
): Promise<void> {
  tell('importing a medium and an image');
  const { iso, repository } = await makeStandIns(folder);
  await appliance.hearth('media', 'import', iso, '--name', 'ol8');
  await appliance.hearth('image', 'import', repository, '--name', 'ock');
  await appliance.api.send('POST', '/api/v1/clusters', { yaml: CLUSTER });
  tell(`entering ${hosts} hosts`);
  const fleet = makeFleet(hosts);
  await inParallel(8, fleet, async ({ name, mac, role }) => {
    const assignment = clusterUp ? {} : { assignment: { cluster: 'fleet', role } };
    await appliance.api.send('POST', '/api/v1/hosts', { name, macs: [mac], ...assignment });
    if (!clusterUp) await appliance.api.send('POST', `/api/v1/hosts/${name}/arm`, {});
  });
  if (!clusterUp) return;
  const controlPlanes = fleet.filter(({ role }) => role === 'control-plane').length;
  const counts = ['--control-planes', String(controlPlanes), '--workers', String(hosts - controlPlanes)];
  // Control planes come first in the fleet, as the command wants them.
  const names = fleet.map(({ name }) => name).join(',');
  await appliance.hearth('cluster', 'up', 'fleet', ...counts, '--hosts', names);
}

function startSimulator(
  wire: FleetWire,
  options: FleetOptions,
): { child: ChildProcess; result: Promise<SimulationResult> } {
  const simulation: SimulationOptions = {
    hosts: options.hosts,
    withinSeconds: options.withinSeconds,
    timeScale: options.timeScale ?? 0.1,
    mediaBytes: options.mediaBytes ?? 64 * 1024,
    device: wire.device,
    endpoint: ENDPOINT,
    seed: options.seed ?? 1,
    limitSeconds: options.limitSeconds ?? 240,
  };
  const [command, args] = wire.onFleet(process.execPath, SIMULATOR, JSON.stringify(simulation));
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { promise, resolve, reject } = Promise.withResolvers<SimulationResult>();
  createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line) as SimulationResult));
  child.once('exit', () => reject(new Error('the simulator ended before the fleet did')));
  promise.catch(() => undefined);
  return { child, result: promise };
}

/** The appliance looks for nodes every few seconds: the last ones are seen a little after they reported. */
async function untilActive(
  log: StateLog,
  simulation: SimulationResult,
  tell: (text: string) => void,
): Promise<void> {
  const expected = simulation.machines.filter(({ problem }) => problem === undefined).length;
  for (let waited = 0; waited < 300 && log.reached('active') < expected; waited += 1) await sleep(100);
  tell(progressOf(log));
}

function progressOf(log: StateLog): string {
  const states = ['installing', 'installed', 'igniting', 'joining', 'active', 'failed'];
  return states.map((state) => `${log.reached(state)} ${state}`).join(', ');
}

async function inParallel<T>(
  at: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: at }, worker));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
