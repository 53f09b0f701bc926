import { setTimeout as sleep } from 'node:timers/promises';
import { FleetAddresses } from './addresses.ts';
import { SimulatedControlPlane } from './control-plane.ts';
import { DhcpClients } from './dhcp-client.ts';
import { HostLife } from './host-life.ts';
import { makeFleet } from './machine.ts';
import type { FleetMachine } from './machine.ts';
import { seeded } from './random.ts';
import { Stopwatch } from './stopwatch.ts';

export interface SimulationOptions {
  readonly hosts: number;
  /** All machines are powered on within this many seconds, at random moments. */
  readonly withinSeconds: number;
  readonly timeScale: number;
  readonly mediaBytes: number;
  /** The device on whose wire the appliance is. */
  readonly device: string;
  /** The cluster's endpoint. */
  readonly endpoint: { readonly address: string; readonly port: number };
  readonly seed: number;
  /** Seconds after which machines that are not nodes yet are given up. */
  readonly limitSeconds: number;
}

/** How it ended for one machine. */
export interface MachineOutcome {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly poweredOnAt: number;
  readonly reportedAt: number | undefined;
  readonly address: string | undefined;
  readonly problem: string | undefined;
}

export interface SimulationResult {
  readonly machines: readonly MachineOutcome[];
  /** Milliseconds of each exchange, by kind. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly initialisedBy: string | undefined;
  readonly nodes: number;
}

/** Powers a whole fleet on. Runs where the fleet's device is: see `simulator-main.ts`. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const stopwatch = new Stopwatch();
  const addresses = new FleetAddresses(options.device);
  const controlPlane = new SimulatedControlPlane({
    ...options.endpoint,
    claim: () => addresses.add(options.endpoint.address),
  });
  const dhcp = await DhcpClients.open(stopwatch);
  const signal = AbortSignal.timeout(options.limitSeconds * 1000);
  const { timeScale, mediaBytes } = options;
  const world = { dhcp, addresses, controlPlane, stopwatch, timeScale, mediaBytes, signal };
  const chance = seeded(options.seed);
  const bootOne = async (machine: FleetMachine, delayMs: number): Promise<MachineOutcome> => {
    await sleep(delayMs);
    const poweredOnAt = Date.now();
    const life = new HostLife(machine, world);
    try {
      await life.run();
      const { address } = life;
      return { name: machine.name, poweredOnAt, reportedAt: Date.now(), address, problem: undefined };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      console.error(`${machine.name}: ${problem}`);
      return { name: machine.name, poweredOnAt, reportedAt: undefined, address: life.address, problem };
    }
  };
  const machines = await Promise.all(
    makeFleet(options.hosts).map((machine) => bootOne(machine, chance() * options.withinSeconds * 1000)),
  );
  dhcp.close();
  await addresses.close();
  return {
    machines,
    times: stopwatch.times,
    counts: stopwatch.counts,
    initialisedBy: controlPlane.initialisedBy,
    nodes: controlPlane.nodes.size,
    // The API stays up: the appliance has yet to see the last nodes.
  };
}
