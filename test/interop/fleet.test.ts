import { describe, expect, it } from 'vitest';
import { bootFleet } from '../fleet/fleet.ts';
import { missingForFleet } from '../fleet/requirements.ts';

const HOSTS = 25;
const missing = missingForFleet();
if (missing.length > 0) console.error(`The fleet is left out, missing: ${missing.join(', ')}`);

describe.skipIf(missing.length > 0)('a fleet that is powered on at once', () => {
  it('becomes a cluster: every host a node, none twice', async () => {
    const result = await bootFleet({ hosts: HOSTS, withinSeconds: 2, timeScale: 0.01, limitSeconds: 45 });
    expect(result.problems).toEqual([]);
    expect(result.simulation.nodes).toBe(HOSTS);
    const active = new Set(result.changes.filter(({ state }) => state === 'active').map(({ host }) => host));
    expect(active.size).toBe(HOSTS);
    expect(result.simulation.times['Ignition config']).toHaveLength(HOSTS);
  });
});
