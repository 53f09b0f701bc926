import type { Command } from 'commander';
import { z } from 'zod';
import { bytes, moment } from '../web/amount.ts';
import { expectAnswer, imageAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { table } from './table.ts';

export function registerImageList(image: Command, cli: Cli): void {
  apiCommand(image, 'list', 'List the operating system images').action(async (options: CommonOptions) => {
    const answer = await (await cli.connect(options)).get('/api/v1/images');
    const rows = expectAnswer(z.array(imageAnswer), answer, 'images');
    print(cli, options, answer, () =>
      rows.length === 0
        ? 'No images yet. Import one: hearth image import PATH\n'
        : table(
            rows,
            [
              { title: 'NAME', value: (one) => one.name },
              { title: 'REF', value: (one) => one.ref },
              { title: 'VERSION', value: (one) => one.version },
              { title: 'COMMIT', value: (one) => one.commit.slice(0, 12) },
              { title: 'SIZE', value: (one) => bytes(one.size) },
              { title: 'IMPORTED', value: (one) => moment(one.importedAt) },
            ],
            cli.style,
          ),
    );
  });
}
