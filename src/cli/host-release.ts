import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { tellHost } from './host-told.ts';

export function registerHostRelease(host: Command, cli: Cli): void {
  apiCommand(
    host,
    'release <name>',
    'Take a host out of the inventory; it boots nothing until it is accepted again',
  ).action(async (name: string, options: CommonOptions) => {
    const client = await cli.connect(options);
    tellHost(
      cli,
      options,
      await client.send('POST', `/api/v1/hosts/${encodeURIComponent(name)}/release`, {}),
    );
  });
}
