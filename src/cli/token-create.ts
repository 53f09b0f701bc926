import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { parseDuration } from '../config/hearth/duration.ts';
import { expectAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

interface TokenOptions extends CommonOptions {
  readonly role: 'administrator' | 'viewer';
  readonly for?: number;
}

const createdAnswer = z.object({ token: z.string() });

export function registerTokenCreate(token: Command, cli: Cli): void {
  apiCommand(
    token,
    'create <name>',
    'Make a token for a program, to be set as HEARTH_TOKEN; it is shown this once',
  )
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['administrator', 'viewer'])
        .default('administrator'),
    )
    .option(
      '--for <time>',
      'how long it is good, such as 12h or 30d; without it until it is removed',
      seconds,
    )
    .action(async (name: string, options: TokenOptions) => {
      const client = await cli.connect(options);
      const order = { name, role: options.role, lifetimeSeconds: options.for };
      const answer = await client.send('POST', '/api/v1/tokens', order);
      const { token: secret } = expectAnswer(createdAnswer, answer, 'the token');
      print(cli, options, answer, () => `${secret}\n`);
    });
}

function seconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined)
    throw new InvalidArgumentError('Write a time as 12h, 30d or a number of seconds.');
  return parsed;
}
