import type { Command } from 'commander';
import { Problem } from '../domain/error/problem.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import { addHostOptions, hostChange, hostName, mac } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { tellHost } from './host-told.ts';

interface AssignOptions extends HostOptions {
  readonly name?: string;
}

export function registerHostAssign(host: Command, cli: Cli): void {
  const command = apiCommand(
    host,
    'assign <name>',
    'Change what is set for a host: cluster, role, disk, address and so on',
  )
    .option('--name <name>', 'what to call it from now on', hostName)
    .option('--mac <mac>', 'its MAC addresses, all of them; repeat for more', mac);
  addHostOptions(command).action(async (name: string, options: AssignOptions) => {
    const change = { ...hostChange(options), name: options.name };
    if (Object.values(change).every((value) => value === undefined)) {
      throw new Problem('input-invalid', 'Nothing to change was given.', {
        remedy: 'See `hearth host assign --help`.',
      });
    }
    const client = await cli.connect(options);
    tellHost(
      cli,
      options,
      await client.send('POST', `/api/v1/hosts/${encodeURIComponent(name)}/assign`, change),
    );
  });
}
