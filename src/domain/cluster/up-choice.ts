import { Problem } from '../error/problem.ts';
import type { Host, HostState, NodeRole } from '../host/host.ts';
import type { Cluster } from './record.ts';

/** Which hosts a cluster is made of. What is left out is what the cluster file says. */
export interface HostWish {
  readonly controlPlanes?: number | undefined;
  readonly workers?: number | undefined;
  /** By name or MAC, control planes first. */
  readonly hosts?: readonly string[] | undefined;
  /** Labels that a host must have, all of them. */
  readonly select?: Readonly<Record<string, string>> | undefined;
}

/** A host and the part it plays. */
export interface ChosenHost {
  readonly host: Host;
  readonly role: NodeRole;
}

export interface HostChoice {
  /** To be armed, control planes first. */
  readonly chosen: readonly ChosenHost[];
  /** On their way or nodes already. */
  readonly present: readonly Host[];
}

/** From here a host may be armed without taking anything away from anybody. */
const ARMABLE: readonly HostState[] = ['registered', 'failed'];
const UNDER_WAY: readonly HostState[] = ['armed', 'installing', 'installed', 'igniting', 'joining', 'active'];

/**
 * Chooses hosts for a cluster: those assigned to it keep their role, the rest is filled up from those named, those with
 * the labels, or every registered host that belongs to no cluster.
 *
 * Hosts that were named or selected without a count of workers are all taken.
 *
 * @throws Problem `host-not-found`, `host-state` or `cluster-hosts`, in words, before anything is changed
 */
export function chooseHosts(
  cluster: Cluster,
  wish: HostWish,
  all: readonly Host[],
  find: (nameOrMac: string) => Host,
): HostChoice {
  const own = all.filter((host) => host.assignment?.cluster === cluster.name);
  const present = own.filter((host) => UNDER_WAY.includes(host.state));
  const assigned = own.filter((host) => ARMABLE.includes(host.state));
  const free = candidates(cluster, wish, all, find).filter((host) => !own.includes(host));
  const count = (role: NodeRole): number =>
    [...present, ...assigned].filter((host) => host.assignment?.role === role).length;

  const everyone = wish.workers === undefined && (wish.hosts !== undefined || wish.select !== undefined);
  const controlPlanes = Math.max(
    0,
    (wish.controlPlanes ?? cluster.config.controlPlaneNodes) - count('control-plane'),
  );
  const workers = everyone
    ? Math.max(0, free.length - controlPlanes)
    : Math.max(0, (wish.workers ?? cluster.config.workerNodes) - count('worker'));
  if (free.length < controlPlanes + workers) throw notEnough(cluster, { controlPlanes, workers }, free, all);
  if (controlPlanes + workers + own.length === 0)
    throw new Problem('cluster-hosts', `${cluster.name} would have no hosts at all.`);
  const roleOf = (index: number): NodeRole => (index < controlPlanes ? 'control-plane' : 'worker');
  const chosen = [
    ...assigned.map((host) => ({ host, role: host.assignment?.role ?? 'worker' })),
    ...free.slice(0, controlPlanes + workers).map((host, index) => ({ host, role: roleOf(index) })),
  ];
  return { chosen: chosen.toSorted((a, b) => rank(a.role) - rank(b.role)), present };
}

function candidates(
  cluster: Cluster,
  { hosts, select }: HostWish,
  all: readonly Host[],
  find: (nameOrMac: string) => Host,
): readonly Host[] {
  const matches = ({ labels }: Host): boolean =>
    Object.entries(select ?? {}).every(([key, value]) => labels[key] === value);
  if (hosts === undefined)
    return all
      .filter((host) => host.state === 'registered' && host.assignment === undefined && matches(host))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const named = [...new Set(hosts.map(find))];
  for (const host of named) refuseUnfit(cluster, host);
  return named.filter(matches);
}

function refuseUnfit(cluster: Cluster, host: Host): void {
  const { name, state, assignment } = host;
  if (assignment !== undefined && assignment.cluster !== cluster.name)
    throw new Problem('host-state', `${name} belongs to cluster ${assignment.cluster}.`, {
      remedy: `Release it first (hearth host release ${name}), or name another host.`,
    });
  if (state === 'discovered' || state === 'released')
    throw new Problem('host-state', `${name} is ${state}.`, {
      remedy: `Accept it first: hearth host accept ${name}`,
    });
  if (assignment === undefined && !ARMABLE.includes(state))
    throw new Problem('host-state', `${name} is ${state} and belongs to no cluster.`);
}

function notEnough(
  cluster: Cluster,
  wanted: { readonly controlPlanes: number; readonly workers: number },
  free: readonly Host[],
  all: readonly Host[],
): Problem {
  const discovered = all.filter(({ state }) => state === 'discovered').length;
  const names = free.length === 0 ? 'none' : free.map(({ name }) => name).join(', ');
  const hint = discovered === 0 ? '' : ` Of ${discovered} discovered machines none has been accepted yet.`;
  return new Problem(
    'cluster-hosts',
    `${cluster.name} still needs ${amount(wanted.controlPlanes, 'control plane')} and ${amount(wanted.workers, 'worker')}; free and fitting are: ${names}.${hint}`,
  );
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function rank(role: NodeRole): number {
  return role === 'control-plane' ? 0 : 1;
}
