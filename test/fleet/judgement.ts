import type { FleetMachine } from './machine.ts';
import type { SimulationResult } from './simulation.ts';
import type { StateChange } from './state-log.ts';

/** What was seen of a fleet, from its side and from the appliance's. */
export interface FleetEvidence {
  readonly fleet: readonly FleetMachine[];
  readonly simulation: Pick<SimulationResult, 'machines' | 'initialisedBy' | 'nodes'>;
  readonly hosts: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly waiting: string;
  }[];
  readonly leases: readonly {
    readonly address: string;
    readonly mac?: string | undefined;
    readonly state: string;
  }[];
  readonly changes: readonly StateChange[];
  readonly alerts: readonly string[];
}

/** States that a host goes through once when it is installed once. */
const ONCE = ['installing', 'igniting', 'active'];

/** What is wrong with a fleet: every machine is to be an active node, and nothing is to have happened twice. */
export function judge(evidence: FleetEvidence): readonly string[] {
  return [
    ...machineProblems(evidence),
    ...stateProblems(evidence),
    ...leaseProblems(evidence),
    ...evidence.alerts.map((text) => `alert: ${text}`),
  ];
}

function machineProblems({ fleet, simulation }: FleetEvidence): string[] {
  const problems = simulation.machines.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
  if (simulation.initialisedBy === undefined) problems.push('no host initialised the cluster');
  if (simulation.nodes !== fleet.length)
    problems.push(`the cluster has ${simulation.nodes} nodes, not ${fleet.length}`);
  const addresses = simulation.machines.flatMap(({ address }) => (address === undefined ? [] : [address]));
  for (const address of duplicates(addresses)) problems.push(`${address} was given to more than one machine`);
  return problems;
}

function stateProblems({ fleet, hosts, changes }: FleetEvidence): string[] {
  const problems = hosts.flatMap(({ name, state, waiting }) =>
    state === 'active' ? [] : [`${name} is ${state}: ${waiting}`],
  );
  if (hosts.length !== fleet.length)
    problems.push(`the inventory has ${hosts.length} hosts, not ${fleet.length}`);
  for (const state of ONCE) {
    const hostsIn = changes.filter((one) => one.state === state).map((one) => one.host);
    // Progress repeats the state it happens in; coming into it again after another one is what must not be.
    const entries = state === 'installing' ? entriesInto(state, changes) : hostsIn;
    for (const id of duplicates(entries)) {
      const name = hosts.find((host) => host.id === id)?.name ?? id;
      problems.push(`${name} came into ${state} more than once`);
    }
  }
  return problems;
}

function entriesInto(state: string, changes: readonly StateChange[]): string[] {
  const before = new Map<string, string>();
  return changes.flatMap((change) => {
    const last = before.get(change.host);
    before.set(change.host, change.state);
    return change.state === state && last !== state ? [change.host] : [];
  });
}

function leaseProblems({ fleet, leases }: FleetEvidence): string[] {
  const active = leases.filter(({ state }) => state === 'active');
  const owners = active.map(({ mac }) => mac ?? '');
  return [
    ...duplicates(owners).map((mac) => `${mac} holds more than one lease`),
    ...duplicates(active.map(({ address }) => address)).map((address) => `${address} is leased twice`),
    ...(active.length === fleet.length
      ? []
      : [`${active.length} leases are held by ${fleet.length} machines`]),
  ];
}

function duplicates(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) (seen.has(value) ? twice : seen).add(value);
  return [...twice];
}
