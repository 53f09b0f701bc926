import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { parseDuration } from '../config/hearth/duration.ts';
import { tellHost } from './host-told.ts';

export interface ArmOptions extends CommonOptions {
  readonly medium?: string;
  readonly image?: string;
  readonly for?: number;
}

export function registerHostArm(host: Command, cli: Cli): void {
  const command = apiCommand(host, 'arm <name>', 'Allow one install of a host: its disk will be erased');
  addArmOptions(command).action((name: string, options: ArmOptions) => arm(cli, name, 'arm', options));
}

export function addArmOptions(command: Command): Command {
  return command
    .option('--medium <name>', 'installer medium; without it the only one')
    .option('--image <name>', 'operating system image; without it the only one')
    .option('--for <time>', 'how long the machine has to start the installer, such as 30m or 8h', seconds);
}

export async function arm(
  cli: Cli,
  name: string,
  action: 'arm' | 'reinstall',
  options: ArmOptions,
): Promise<void> {
  const client = await cli.connect(options);
  const request = { medium: options.medium, image: options.image, forSeconds: options.for };
  tellHost(
    cli,
    options,
    await client.send('POST', `/api/v1/hosts/${encodeURIComponent(name)}/${action}`, request),
  );
}

function seconds(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write a time as 30m, 8h or a number of seconds.');
  return parsed;
}
