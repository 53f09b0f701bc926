import type { Host } from '../../../domain/host/host.ts';
import { waitingText } from '../../../domain/host/lifecycle.ts';
import type { DiskFacts } from '../../../domain/host/facts.ts';
import type { Instant } from '../../../domain/time/clock.ts';
import { bytes, duration } from '../../../web/amount.ts';

/** A name and a value under one another on a page. */
type Row = readonly [name: string, value: string];

/** One line of the list of hosts. */
export function hostRow(host: Host, now: Instant) {
  return {
    id: host.id,
    name: host.name,
    path: encodeURIComponent(host.name),
    state: host.state,
    waiting: host.failure === undefined || host.state !== 'failed' ? shortWaiting(host) : host.failure.reason,
    remedy: host.state === 'failed' ? host.failure?.remedy : undefined,
    since: host.since,
    sinceText: duration(now - host.since),
    cluster: host.assignment?.cluster,
    role: host.assignment?.role,
    address: host.address ?? host.sighting?.address,
    mac: host.macs[0] ?? '',
  };
}

/** The sentence without the name, which stands in front of it on the page already. */
function shortWaiting(host: Host): string {
  const text = waitingText(host);
  const start = `${host.name} waits `;
  return text.startsWith(start) ? `waits ${text.slice(start.length)}` : text;
}

/** A machine that nobody accepted yet. */
export function discoveredRow(host: Host, now: Instant) {
  const { sighting } = host;
  const seen = sighting === undefined ? '' : `seen ${duration(now - sighting.at)} ago on ${sighting.network}`;
  return {
    id: host.id,
    path: encodeURIComponent(host.name),
    mac: host.macs[0] ?? host.name,
    machine: machineName(host),
    seen: [sighting?.architecture, seen].filter((part) => part !== undefined && part !== '').join(', '),
  };
}

/** Make and model as the machine says. */
function machineName(host: Host): string {
  return [host.facts?.vendor, host.facts?.product].filter((part) => part !== undefined).join(' ');
}

export function machineRows(host: Host): readonly Row[] {
  const { facts, sighting } = host;
  return present([
    ['Machine', machineName(host)],
    ['Serial', facts?.serial],
    ['UUID', host.uuid ?? facts?.uuid],
    ['Firmware', facts?.firmware ?? sighting?.architecture],
    ['Processors', facts === undefined ? undefined : String(facts.cpus)],
    ['Memory', facts === undefined ? undefined : bytes(facts.memoryMiB * 1024 * 1024)],
  ]);
}

export function settingRows(host: Host): readonly Row[] {
  const labels = Object.entries(host.labels).map(([key, value]) => `${key}=${value}`);
  return present([
    ['Cluster', host.assignment?.cluster ?? 'none yet'],
    ['Role', host.assignment?.role],
    ['MAC', host.macs.join(', ')],
    ['Address', host.address ?? 'from the pool'],
    ['Disk', host.disk ?? 'the only disk'],
    ['Interface', host.nic],
    ['Medium', host.install?.medium ?? host.medium],
    ['Image', host.install?.image ?? host.image],
    ['Loader', host.loader],
    ['Kernel', host.kernelArguments.join(' ')],
    ['Labels', labels.join(' ')],
  ]);
}

/** Whether an install writes to this disk. */
export function isTarget(disk: DiskFacts, host: Host): boolean {
  const fixed = (host.facts?.disks ?? []).filter((one) => !one.removable);
  if (host.disk === undefined) return fixed.length === 1 && fixed[0] === disk;
  return host.disk === disk.name || disk.ids.includes(host.disk);
}

/** A disk in words: name, size, model and serial, by which a person recognises it. */
export function diskText(disk: DiskFacts): string {
  return [disk.name, bytes(disk.bytes), disk.model, disk.serial]
    .filter((part) => part !== undefined)
    .join(', ');
}

function present(rows: readonly (readonly [string, string | undefined])[]): readonly Row[] {
  return rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
}
