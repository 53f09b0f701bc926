import type { Command } from 'commander';
import { z } from 'zod';
import { duration, moment } from '../web/amount.ts';
import { eventAnswer, expectAnswer, hostAnswer, leaseAnswer } from './answer.ts';
import type { HostAnswer } from './answer.ts';
import type { ApiClient } from './client.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { eventLine } from './event-line.ts';
import { hostFacts } from './host-facts.ts';
import { paintState } from './state-paint.ts';
import { plain } from './style.ts';
import { details } from './table.ts';

const EVENTS_SHOWN = 12;

export function registerHostShow(host: Command, cli: Cli): void {
  apiCommand(host, 'show <name>', 'Show a host: its state, what it waits for, and what happened last').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      const answer = await client.get(`/api/v1/hosts/${encodeURIComponent(name)}`);
      if (options.json === true) {
        print(cli, options, answer, () => '');
        return;
      }
      const shown = expectAnswer(hostAnswer, answer, `host ${name}`);
      const [events, leases] = await Promise.all([eventsOf(client, shown), leasesOf(client, shown)]);
      cli.terminal.out(summary(cli, shown, leases) + hostFacts(shown, cli.style));
      if (events.length > 0) cli.terminal.out(`\n${cli.style.bold('Last events')}\n`);
      for (const event of events) cli.terminal.out(eventLine(event, cli.style));
    },
  );
}

function summary(cli: Cli, host: HostAnswer, leases: string | undefined): string {
  const now = cli.now();
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : plain(value);
  const { assignment, failure, install, deadline } = host;
  const rows: (readonly [string, string | undefined])[] = [
    ['Host', cli.style.bold(plain(host.name))],
    [
      'State',
      `${paintState(host.state, cli.style)(host.state)} since ${moment(host.since)} (${duration(now - host.since)})`,
    ],
    ['Waits for', text(host.waiting)],
    ['Until', deadline === undefined ? undefined : `${moment(deadline)} (${remaining(deadline - now)})`],
    ['Problem', failure === undefined ? undefined : cli.style.bad(plain(failure.reason))],
    ['What to do', text(failure?.remedy)],
    ['MAC', host.macs.map(plain).join(', ')],
    ['Address', text(host.address)],
    ['Lease', leases],
    ['Cluster', assignment === undefined ? undefined : plain(`${assignment.cluster} (${assignment.role})`)],
    ['Disk', text(host.disk)],
    ['Interface', text(host.nic)],
    [
      'Install',
      install === undefined
        ? undefined
        : plain(`${install.medium} with ${install.image}, ${install.attempts} attempts so far`),
    ],
    ['Loader', text(host.loader)],
    ['Kernel', text(host.kernelArguments.join(' ') || undefined)],
    [
      'Labels',
      text(
        Object.entries(host.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(' ') || undefined,
      ),
    ],
    [
      'Last seen',
      host.sighting === undefined
        ? undefined
        : `${duration(now - host.sighting.at)} ago on ${plain(host.sighting.network)}`,
    ],
  ];
  return details(rows, cli.style);
}

function remaining(milliseconds: number): string {
  return milliseconds > 0 ? `in ${duration(milliseconds)}` : 'passed';
}

async function eventsOf(client: ApiClient, host: HostAnswer) {
  const path = `/api/v1/events?host=${encodeURIComponent(host.name)}&limit=${EVENTS_SHOWN}`;
  return expectAnswer(z.array(eventAnswer), await client.get(path), `events of ${host.name}`);
}

async function leasesOf(client: ApiClient, host: HostAnswer): Promise<string | undefined> {
  const leases = expectAnswer(z.array(leaseAnswer), await client.get('/api/v1/leases'), 'leases');
  const own = leases.filter((lease) => lease.mac !== undefined && host.macs.includes(lease.mac));
  if (own.length === 0) return undefined;
  return own
    .map(({ address, state, expiresAt }) =>
      plain(`${address}${expiresAt === undefined ? '' : ` until ${moment(expiresAt)}`} (${state})`),
    )
    .join(', ');
}
