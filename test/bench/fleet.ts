import { bootFleet } from '../fleet/fleet.ts';
import type { FleetOptions } from '../fleet/fleet.ts';
import { fleetReport } from '../fleet/report.ts';
import { missingForFleet } from '../fleet/requirements.ts';

const TIME_SCALE = 0.1;

/** The fleet tables of docs/benchmarks.md: 1,000 hosts armed one by one, 100 with `hearth cluster up`. */
export async function benchFleet(): Promise<string> {
  const missing = missingForFleet();
  if (missing.length > 0) throw new Error(`a fleet cannot be booted here; missing: ${missing.join(', ')}`);
  return [
    '## A fleet that is powered on at once',
    '',
    `Simulated hosts do everything on the wire that real ones do, against the built appliance in a network namespace: DHCP as firmware, as iPXE and as a system; TFTP in lockstep with EDK2's size probe; script, Kickstart, facts, progress; Ignition with its own retries; \`kubeadm\` against an API that comes up with the CA from the first control plane's config and takes only tokens that it has. Of kernel, initrd and stage2 the first 64 KiB are moved, of the image its metadata only. The seconds that hardware spends between two messages are scaled by ${TIME_SCALE}: the load is that of ten times as many hosts a minute.`,
    '',
    '### 1,000 hosts within one minute',
    '',
    await fleet({ hosts: 1000, withinSeconds: 60, timeScale: TIME_SCALE }),
    '### 100 hosts, `hearth cluster up`',
    '',
    await fleet({ hosts: 100, withinSeconds: 10, timeScale: TIME_SCALE, clusterUp: true }),
  ].join('\n');
}

/** A fleet that fails is a result too, and is in the table. */
async function fleet(options: FleetOptions): Promise<string> {
  try {
    return fleetReport(await bootFleet({ ...options, tell: (text) => console.error(text) }));
  } catch (error) {
    return `**Not measured:** ${error instanceof Error ? error.message : String(error)}\n`;
  }
}

if (import.meta.main) console.log(await benchFleet());
