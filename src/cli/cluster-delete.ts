import type { Command } from 'commander';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

interface DeleteOptions extends CommonOptions {
  readonly force?: boolean;
}

export function registerClusterDelete(cluster: Command, cli: Cli): void {
  apiCommand(cluster, 'delete <name>', 'Forget a cluster and its keys; refused while hosts belong to it')
    .option('--force', 'release the hosts that belong to it; what runs on them goes on without the appliance')
    .action(async (name: string, options: DeleteOptions) => {
      const client = await cli.connect(options);
      const force = options.force === true ? '?force=true' : '';
      await client.send('DELETE', `/api/v1/clusters/${encodeURIComponent(name)}${force}`);
      print(
        cli,
        options,
        { name, deleted: true },
        () => `Cluster ${name} is deleted and its keys are forgotten.\n`,
      );
    });
}
