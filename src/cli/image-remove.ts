import type { Command } from 'commander';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

export function registerImageRemove(image: Command, cli: Cli): void {
  apiCommand(image, 'remove <name>', 'Remove the image and its files').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      await client.send('DELETE', `/api/v1/images/${encodeURIComponent(name)}`);
      print(cli, options, { removed: name }, () => `The image ${name} is removed.\n`);
    },
  );
}
