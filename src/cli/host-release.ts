import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseDuration } from '../config/hearth/duration.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { tellHost } from './host-told.ts';

interface ReleaseOptions extends CommonOptions {
  readonly drain?: number;
  readonly force?: boolean;
}

export function registerHostRelease(host: Command, cli: Cli): void {
  apiCommand(
    host,
    'release <name>',
    'Take a host out of the inventory; a node is drained and deleted from its cluster first',
  )
    .option('--drain <time>', 'how long its pods have to leave, up to 100s; 90s without it', patience)
    .option('--force', 'do not move its pods, and go on when the cluster does not answer')
    .action(async (name: string, options: ReleaseOptions) => {
      const client = await cli.connect(options);
      const request = { force: options.force, drainSeconds: options.drain };
      const path = `/api/v1/hosts/${encodeURIComponent(name)}/release`;
      tellHost(cli, options, await client.send('POST', path, request));
    });
}

function patience(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds < 1 || seconds > 100)
    throw new InvalidArgumentError(
      'Write a time as 30s, 100s at most; what is not done can be called again.',
    );
  return seconds;
}
