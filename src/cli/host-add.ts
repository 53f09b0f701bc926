import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import { addHostOptions, hostChange, hostName, mac } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { tellHost } from './host-told.ts';

export function registerHostAdd(host: Command, cli: Cli): void {
  const command = apiCommand(host, 'add', 'Enter a host before its machine was ever seen')
    .addArgument(new Argument('<name>', 'host name, which becomes the node name').argParser(hostName))
    .requiredOption('--mac <mac>', 'MAC address; repeat for more', mac);
  addHostOptions(command).action(async (name: string, options: HostOptions) => {
    const client = await cli.connect(options);
    tellHost(cli, options, await client.send('POST', '/api/v1/hosts', { name, ...hostChange(options) }));
  });
}
