import type { Command } from 'commander';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

export function registerMediaRemove(media: Command, cli: Cli): void {
  apiCommand(media, 'remove <name>', 'Remove the medium and its files').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      await client.send('DELETE', `/api/v1/media/${encodeURIComponent(name)}`);
      print(cli, options, { removed: name }, () => `The medium ${name} is removed.\n`);
    },
  );
}
