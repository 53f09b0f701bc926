import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import { addHostOptions, hostChange, hostName } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { tellHost } from './host-told.ts';

interface AcceptOptions extends HostOptions {
  readonly name?: string;
}

export function registerHostAccept(host: Command, cli: Cli): void {
  const command = apiCommand(
    host,
    'accept <name>',
    'Take a discovered machine into the inventory, by its name or MAC',
  ).option('--name <name>', 'what to call it from now on', hostName);
  addHostOptions(command).action(async (name: string, options: AcceptOptions) => {
    const client = await cli.connect(options);
    const change = { ...hostChange(options), name: options.name };
    tellHost(
      cli,
      options,
      await client.send('POST', `/api/v1/hosts/${encodeURIComponent(name)}/accept`, change),
    );
  });
}
