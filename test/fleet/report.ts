import type { FleetResult } from './fleet.ts';
import { quantile, spread } from './stopwatch.ts';

/** In the order a host comes to them. */
const STATES = ['installing', 'installed', 'igniting', 'joining', 'active'] as const;
const MIB = 1024 * 1024;

/** The result of a fleet as Markdown. */
export function fleetReport(result: FleetResult): string {
  const { options, simulation, usage, events, problems } = result;
  const powered = simulation.machines.map(({ poweredOnAt }) => poweredOnAt);
  const first = Math.min(...powered);
  const last = Math.max(...powered);
  const active = result.changes.filter(({ state }) => state === 'active').map(({ at }) => at);
  const lines = [
    `${options.hosts} hosts powered on within ${((last - first) / 1000).toFixed(0)} s; ${active.length} reached \`active\`, the last one ${seconds(Math.max(...active) - first)} s after the first power-on.`,
    '',
    '| state | hosts | p50 s | p95 s | max s |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...stateRows(result),
    '',
    'Seconds since the host itself was powered on. The exchanges behind them, as the hosts saw them:',
    '',
    '| exchange | number | p50 ms | p95 ms | p99 ms | max ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...Object.entries(simulation.times).map(([what, times]) => {
      const [half, most, all] = spread(times);
      return `| ${what} | ${times.length} | ${[half, most, quantile(times, 0.99), all].map((value) => value.toFixed(1)).join(' | ')} |`;
    }),
    '',
    ...Object.entries(simulation.counts).map(([what, count]) => `- ${what}: ${count}`),
    `- events in the log: ${events}`,
    `- the appliance: ${usage.cpuSeconds.toFixed(1)} s of processor time in ${usage.seconds.toFixed(0)} s (${((usage.cpuSeconds / usage.seconds) * 100).toFixed(0)} % of one core, ${(usage.busiestSecond * 100).toFixed(0)} % in the busiest second), ${((usage.cpuSeconds / options.hosts) * 1000).toFixed(0)} ms for each host`,
    `- its memory: ${(usage.residentAtStart / MIB).toFixed(0)} MiB resident before, ${(usage.residentPeak / MIB).toFixed(0)} MiB at most`,
    '',
    problems.length === 0
      ? 'Each host: one address, one install, one Ignition config with its own name and token. One host initialised the cluster.'
      : `**${problems.length} problems:** ${problems.slice(0, 20).join('; ')}`,
    '',
  ];
  return lines.join('\n');
}

function stateRows({ changes, names, simulation }: FleetResult): string[] {
  const poweredOn = new Map(simulation.machines.map(({ name, poweredOnAt }) => [name, poweredOnAt]));
  return STATES.map((wanted) => {
    const first = new Map<string, number>();
    for (const { host, state, at } of changes) if (state === wanted && !first.has(host)) first.set(host, at);
    const times = [...first].map(([host, at]) => at - (poweredOn.get(names.get(host) ?? '') ?? Number.NaN));
    return `| ${wanted} | ${times.length} | ${spread(times).map(seconds).join(' | ')} |`;
  });
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
