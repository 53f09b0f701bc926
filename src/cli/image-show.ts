import type { Command } from 'commander';
import { bytes, moment } from '../web/amount.ts';
import { expectAnswer, imageAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';
import { details } from './table.ts';

export function registerImageShow(image: Command, cli: Cli): void {
  apiCommand(image, 'show <name>', 'Show an operating system image').action(
    async (name: string, options: CommonOptions) => {
      const answer = await (await cli.connect(options)).get(`/api/v1/images/${encodeURIComponent(name)}`);
      const shown = expectAnswer(imageAnswer, answer, `image ${name}`);
      print(cli, options, answer, () =>
        details(
          [
            ['Image', shown.name],
            ['Ref', plain(shown.ref)],
            ['Commit', shown.commit],
            ['Version', shown.version === undefined ? undefined : plain(shown.version)],
            ['Objects', String(shown.objects)],
            ['Size', bytes(shown.size)],
            ['Source', shown.source],
            ['Imported', moment(shown.importedAt)],
          ],
          cli.style,
        ),
      );
    },
  );
}
