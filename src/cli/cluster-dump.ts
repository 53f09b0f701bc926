import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

export function registerClusterDump(cluster: Command, cli: Cli): void {
  apiCommand(
    cluster,
    'dump <name>',
    'Print everything that helps to find out why a cluster does not work, as JSON without secrets',
  ).action(async (name: string, options: CommonOptions) => {
    const client = await cli.connect(options);
    const answer = await client.get(`/api/v1/clusters/${encodeURIComponent(name)}/dump`);
    cli.terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
  });
}
