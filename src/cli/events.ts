import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { eventAnswer, expectAnswer } from './answer.ts';
import type { Cli } from './cli.ts';
import { print } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { eventLine } from './event-line.ts';

interface EventsOptions extends CommonOptions {
  readonly follow?: boolean;
  readonly host?: string;
  readonly limit: number;
}

export function registerEvents(program: Command, cli: Cli): void {
  apiCommand(program, 'events', 'Show what happened; with --follow also what happens, until Ctrl-C')
    .option('-f, --follow', 'go on until interrupted; with --json one event per line')
    .option('--host <name>', 'only what concerns this host')
    .option('-n, --limit <count>', 'this many of the newest', count, 50)
    .action(async (options: EventsOptions) => {
      if (options.follow === true) await follow(cli, options);
      else await list(cli, options);
    });
}

async function list(cli: Cli, options: EventsOptions): Promise<void> {
  const client = await cli.connect(options);
  const answer = await client.get(`/api/v1/events?${query(options)}`);
  const events = expectAnswer(z.array(eventAnswer), answer, 'events');
  print(cli, options, answer, () => events.map((event) => eventLine(event, cli.style)).join(''));
}

async function follow(cli: Cli, options: EventsOptions): Promise<void> {
  const interruption = cli.interruption();
  const client = await cli.connect(options);
  let last = 0;
  const tell = (answer: unknown): void => {
    const event = expectAnswer(eventAnswer, answer, 'an event');
    // What happens between the list and the stream may come twice.
    if (event.id <= last) return;
    last = event.id;
    cli.terminal.out(options.json === true ? `${JSON.stringify(answer)}\n` : eventLine(event, cli.style));
  };
  const past = await client.get(`/api/v1/events?${query(options)}`);
  for (const event of expectAnswer(z.array(z.unknown()), past, 'events')) tell(event);
  const scope = options.host === undefined ? '' : `&host=${encodeURIComponent(options.host)}`;
  for await (const event of client.follow(`/api/v1/events/stream?after=${last}${scope}`, interruption))
    tell(event);
}

function query({ host, limit }: EventsOptions): string {
  const scope = host === undefined ? '' : `&host=${encodeURIComponent(host)}`;
  return `limit=${limit}${scope}`;
}

function count(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('Give a whole number from 1 to 9999.');
  return Number(text);
}
