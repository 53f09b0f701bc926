import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';
import { eventAnswer, expectAnswer, hostAnswer } from './answer.ts';
import type { HostAnswer } from './answer.ts';
import type { ApiClient } from './client.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import { eventLine } from './event-line.ts';
import { addArmOptions } from './host-arm.ts';
import type { ArmOptions } from './host-arm.ts';
import { hostTable } from './host-table.ts';
import { plain } from './style.ts';

interface UpOptions extends ArmOptions {
  readonly controlPlanes?: number;
  readonly workers?: number;
  readonly hosts?: readonly string[];
  readonly select?: Readonly<Record<string, string>>;
  readonly wait?: boolean;
}

const upAnswer = z.object({
  hosts: z.array(hostAnswer),
  armed: z.array(z.string()),
  warnings: z.array(z.string()),
});

export function registerClusterUp(cluster: Command, cli: Cli): void {
  const command = apiCommand(
    cluster,
    'up <name>',
    'Assign hosts to a cluster and arm all of them: their disks will be erased; then power them on in any order',
  )
    .option('--control-planes <count>', 'control planes in all; without it as the cluster file says', count)
    .option('--workers <count>', 'workers in all; without it as the cluster file says', count)
    .option('--hosts <names>', 'these hosts, control planes first: a,b,c', names)
    .option('--select <label=value>', 'hosts with this label; repeat for more', label)
    .option('--wait', 'follow what happens until every host is a node');
  addArmOptions(command).action((name: string, options: UpOptions) => up(cli, name, options));
}

async function up(cli: Cli, name: string, options: UpOptions): Promise<void> {
  const client = await cli.connect(options);
  const { controlPlanes, workers, hosts, select, medium, image } = options;
  const wish = { controlPlanes, workers, hosts, select, medium, image, forSeconds: options.for };
  // Taken over before anything happens, so that no event is missed.
  const interruption = options.wait === true ? cli.interruption() : undefined;
  const answer = await client.send('POST', `/api/v1/clusters/${encodeURIComponent(name)}/up`, wish);
  const result = expectAnswer(upAnswer, answer, `cluster ${name}`);
  for (const warning of result.warnings) cli.terminal.err(`hearth: ${plain(warning)}\n`);
  if (interruption === undefined) {
    print(cli, options, answer, () => told(cli, name, result));
    return;
  }
  if (options.json !== true) cli.terminal.out(told(cli, name, result));
  const members = await untilActive(cli, client, { name, options, interruption });
  if (members === undefined) return;
  print(cli, options, { hosts: members }, () => `\n${hostTable(members, cli.style)}`);
  const missing = members.filter(({ state }) => state !== 'active');
  if (missing.length > 0)
    throw new Problem(
      'cluster-not-up',
      `${name} is not whole: ${missing.map((host) => `${host.name} is ${host.state}`).join(', ')}.`,
    );
}

function told(cli: Cli, name: string, { hosts, armed }: z.output<typeof upAnswer>): string {
  const next =
    armed.length === 0
      ? `Nothing is left to arm in ${name}.`
      : `Armed for ${name}: ${armed.map(plain).join(', ')}. Power them on, in any order.`;
  return `${hostTable(hosts, cli.style)}\n${next}\n`;
}

interface Waiting {
  readonly name: string;
  readonly options: UpOptions;
  readonly interruption: AbortSignal;
}

/** The hosts once none of them moves any more; undefined when the person had enough of waiting. */
async function untilActive(
  cli: Cli,
  client: ApiClient,
  { name, options, interruption }: Waiting,
): Promise<readonly HostAnswer[] | undefined> {
  const look = async (): Promise<readonly HostAnswer[]> => {
    const answer = await client.get(`/api/v1/hosts?cluster=${encodeURIComponent(name)}`);
    return expectAnswer(z.array(hostAnswer), answer, `hosts of ${name}`);
  };
  const latest = await client.get('/api/v1/events?limit=1');
  const [last] = expectAnswer(z.array(eventAnswer), latest, 'events');
  let members = await look();
  if (members.every(isSettled)) return members;
  for await (const answer of client.follow(`/api/v1/events/stream?after=${last?.id ?? 0}`, interruption)) {
    const event = expectAnswer(eventAnswer, answer, 'an event');
    if (!['host.state', 'cluster.addon', 'host.departure'].includes(event.type)) continue;
    if (event.type === 'host.state') members = await look();
    if (options.json !== true && concerns(event.text, name, members))
      cli.terminal.out(eventLine(event, cli.style));
    if (members.every(isSettled)) return members;
  }
  if (interruption.aborted) return undefined;
  throw new Problem('not-running', 'The appliance closed the connection.', {
    remedy: `The hosts go on by themselves; look again with: hearth cluster show ${name}`,
  });
}

/** Events carry the id of a host, which no list shows; their texts begin with its name. */
function concerns(text: string, cluster: string, members: readonly HostAnswer[]): boolean {
  return text.includes(cluster) || members.some(({ name }) => text.startsWith(`${name} `));
}

function isSettled({ state }: HostAnswer): boolean {
  return ['active', 'failed', 'registered', 'released'].includes(state);
}

function count(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) > 1000)
    throw new InvalidArgumentError('Give a whole number from 0 to 1000.');
  return Number(text);
}

function names(text: string, before: readonly string[] = []): readonly string[] {
  const found = text.split(',').filter((name) => name !== '');
  if (found.length === 0) throw new InvalidArgumentError('Name hosts as a,b,c.');
  return [...before, ...found];
}

function label(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write a label as LABEL=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
