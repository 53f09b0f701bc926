import type { Command } from 'commander';
import { z } from 'zod';
import { bytes, moment } from '../web/amount.ts';
import { expectAnswer, mediumAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { table } from './table.ts';

export function registerMediaList(media: Command, cli: Cli): void {
  apiCommand(media, 'list', 'List the installer media').action(async (options: CommonOptions) => {
    const answer = await (await cli.connect(options)).get('/api/v1/media');
    const rows = expectAnswer(z.array(mediumAnswer), answer, 'media');
    print(cli, options, answer, () =>
      rows.length === 0
        ? 'No media yet. Import one: hearth media import FILE.iso\n'
        : table(
            rows,
            [
              { title: 'NAME', value: (one) => one.name },
              {
                title: 'SYSTEM',
                value: (one) => [one.family, one.version].filter((part) => part !== undefined).join(' '),
              },
              { title: 'ARCH', value: (one) => one.architecture },
              { title: 'ISO', value: (one) => bytes(one.isoSize) },
              { title: 'CHECKED', value: (one) => (one.selfChecked ? 'yes' : 'no') },
              { title: 'IMPORTED', value: (one) => moment(one.importedAt) },
            ],
            cli.style,
          ),
    );
  });
}
