import { describe, expect, it } from 'vitest';
import { judge } from '../../fleet/judgement.ts';
import type { FleetEvidence } from '../../fleet/judgement.ts';
import { makeFleet } from '../../fleet/machine.ts';

/** Two machines that did all that was asked of them. */
function good(): FleetEvidence {
  const fleet = makeFleet(2);
  const states = ['installing', 'installing', 'installed', 'igniting', 'joining', 'active'];
  return {
    fleet,
    simulation: {
      machines: fleet.map(({ name }, index) => ({
        name,
        poweredOnAt: 0,
        reportedAt: 1,
        address: `10.44.16.${index}`,
        problem: undefined,
      })),
      initialisedBy: 'cp-1',
      nodes: 2,
    },
    hosts: fleet.map(({ name }) => ({ id: `id-${name}`, name, state: 'active', waiting: '' })),
    leases: fleet.map(({ mac }, index) => ({ address: `10.44.16.${index}`, mac, state: 'active' })),
    changes: fleet.flatMap(({ name }) => states.map((state, at) => ({ at, host: `id-${name}`, state }))),
    alerts: [],
  };
}

describe('the judgement of a fleet', () => {
  it('finds nothing where every machine is a node, once', () => {
    expect(judge(good())).toEqual([]);
  });

  it.each([
    [
      'a host that is no node',
      (one: FleetEvidence) => ({
        ...one,
        hosts: one.hosts.map((host) => ({ ...host, state: 'failed', waiting: 'why' })),
      }),
      'cp-1 is failed: why',
    ],
    [
      'a second install',
      (one: FleetEvidence) => ({
        ...one,
        changes: [...one.changes, { at: 9, host: 'id-cp-1', state: 'installing' }],
      }),
      'cp-1 came into installing more than once',
    ],
    [
      'a second Ignition config',
      (one: FleetEvidence) => ({
        ...one,
        changes: [...one.changes, { at: 9, host: 'id-cp-1', state: 'igniting' }],
      }),
      'cp-1 came into igniting more than once',
    ],
    [
      'an address of two machines',
      (one: FleetEvidence) => ({
        ...one,
        simulation: {
          ...one.simulation,
          machines: one.simulation.machines.map((machine) => ({ ...machine, address: '10.44.16.0' })),
        },
      }),
      '10.44.16.0 was given to more than one machine',
    ],
    [
      'a second lease',
      (one: FleetEvidence) => ({
        ...one,
        leases: [...one.leases, { address: '10.44.16.9', mac: one.fleet[0]?.mac, state: 'active' }],
      }),
      '52:54:00:f0:00:01 holds more than one lease',
    ],
    [
      'an alert',
      (one: FleetEvidence) => ({ ...one, alerts: ['a token was used twice'] }),
      'alert: a token was used twice',
    ],
    [
      'a missing node',
      (one: FleetEvidence) => ({ ...one, simulation: { ...one.simulation, nodes: 1 } }),
      'the cluster has 1 nodes, not 2',
    ],
    [
      'a cluster that nobody began',
      (one: FleetEvidence) => ({ ...one, simulation: { ...one.simulation, initialisedBy: undefined } }),
      'no host initialised the cluster',
    ],
  ])('finds %s', (_what, spoil, problem) => {
    expect(judge(spoil(good()))).toContain(problem);
  });
});
