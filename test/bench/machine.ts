import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** Programs that Hearth is measured beside or with, and what makes them say their version. */
const PROGRAMS: readonly (readonly [string, ...string[]])[] = [
  ['kea-dhcp4', '-v'],
  ['dnsmasq', '--version'],
  ['in.tftpd', '--version'],
  ['nginx', '-v'],
  ['curl', '--version'],
];

/** One line that says on what was measured, without a date or a name. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const programs = PROGRAMS.flatMap(([program, ...args]) => {
    const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 5000 });
    const version = /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0];
    return error === undefined && version !== undefined ? [`${program} ${version}`] : [];
  });
  const parts = [
    `${cpus().length} cores (${first?.model.trim() ?? 'unknown'})`,
    `${memory} GiB`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
    ...programs,
    // Of what else ran here: on a busy machine the numbers say more about that than about anybody's program.
    `load average ${(loadavg()[0] ?? 0).toFixed(1)} at the start`,
  ];
  return parts.join(', ');
}
