// Boots a simulated fleet from the built appliance: node test/fleet/main.ts --hosts 1000 --within 60
import { parseArgs } from 'node:util';
import { bootFleet } from './fleet.ts';
import { fleetReport } from './report.ts';
import { missingForFleet } from './requirements.ts';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    within: { type: 'string', default: '60' },
    'time-scale': { type: 'string', default: '0.1' },
    'media-bytes': { type: 'string', default: '65536' },
    limit: { type: 'string', default: '240' },
    seed: { type: 'string', default: '1' },
    up: { type: 'boolean', default: false },
    profile: { type: 'string' },
    evidence: { type: 'string' },
  },
});

const missing = missingForFleet();
if (missing.length > 0) {
  console.error(`A fleet cannot be booted here; missing: ${missing.join(', ')}`);
  process.exit(1);
}
// Namespaces outlive a process: they are removed when it exits, which a signal must not prevent.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const { profile, evidence } = values;
const result = await bootFleet({
  hosts: Number(values.hosts),
  withinSeconds: Number(values.within),
  timeScale: Number(values['time-scale']),
  mediaBytes: Number(values['media-bytes']),
  limitSeconds: Number(values.limit),
  seed: Number(values.seed),
  clusterUp: values.up,
  ...(profile === undefined ? {} : { profile }),
  ...(evidence === undefined ? {} : { evidence }),
  tell: (text) => console.error(text),
});
console.log(fleetReport(result));
if (result.problems.length > 0) process.exitCode = 1;
