import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { tellHost } from './host-told.ts';

export function registerHostCancel(host: Command, cli: Cli): void {
  apiCommand(host, 'cancel <name>', 'Take back the permission to install, also during an install').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      tellHost(
        cli,
        options,
        await client.send('POST', `/api/v1/hosts/${encodeURIComponent(name)}/cancel`, {}),
      );
    },
  );
}
