import type { Command } from 'commander';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

export function registerHostRemove(host: Command, cli: Cli): void {
  apiCommand(
    host,
    'remove <name>',
    'Forget a host that is no node, also by MAC; its machine is discovered again when it asks',
  ).action(async (name: string, options: CommonOptions) => {
    const client = await cli.connect(options);
    await client.send('DELETE', `/api/v1/hosts/${encodeURIComponent(name)}`);
    print(cli, options, { removed: name }, () => `The host ${name} is removed.\n`);
  });
}
