import type { Command } from 'commander';
import { bytes, moment } from '../web/amount.ts';
import { expectAnswer, mediumAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';
import { details } from './table.ts';

export function registerMediaShow(media: Command, cli: Cli): void {
  apiCommand(media, 'show <name>', 'Show an installer medium').action(
    async (name: string, options: CommonOptions) => {
      const answer = await (await cli.connect(options)).get(`/api/v1/media/${encodeURIComponent(name)}`);
      const medium = expectAnswer(mediumAnswer, answer, `medium ${name}`);
      print(cli, options, answer, () =>
        details(
          [
            ['Medium', medium.name],
            ['Label', plain(medium.label)],
            ['System', plain([medium.family, medium.version].filter((part) => part !== undefined).join(' '))],
            ['Architecture', medium.architecture],
            ['ISO', bytes(medium.isoSize)],
            ['SHA-256', medium.sha256],
            ['Own checksum', medium.selfChecked ? 'right' : 'none'],
            ['Files', String(medium.fileCount)],
            ['Imported', moment(medium.importedAt)],
          ],
          cli.style,
        ),
      );
    },
  );
}
