import type { Command } from 'commander';
import type { ConnectionOptions } from './connection.ts';

/** What every command that asks the appliance takes. */
export interface CommonOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/**
 * A command that talks to a running appliance.
 *
 * The flags are on each command and not on the program, so that `serve` may mean its own thing by --data and that
 * each command's help is complete.
 */
export function apiCommand(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print one JSON document and nothing else')
    .option(
      '--data <dir>',
      'data directory of the appliance on this machine (HEARTH_DATA, else /var/lib/hearth)',
    )
    .option('--server <url>', 'admin listener of an appliance elsewhere; needs HEARTH_TOKEN')
    .option('--ca <file>', 'CA that signed the certificate of --server');
}
