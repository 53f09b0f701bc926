import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../domain/error/problem.ts';
import { expectAnswer, imageAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { followImport } from './import-progress.ts';
import { plain } from './style.ts';

interface ImportOptions extends CommonOptions {
  readonly name?: string;
  readonly ref?: string;
}

export function registerImageImport(image: Command, cli: Cli): void {
  apiCommand(
    image,
    'import <path>',
    'Take over an operating system image: an OSTree archive repository, an OCI archive or layout',
  )
    .option('--ref <ref>', 'which OSTree ref; without it the only one')
    .option('--name <name>', 'what to call it; made from the ref otherwise')
    .action(async (path: string, options: ImportOptions) => {
      const client = await cli.connect(options);
      if (!client.sharesFiles) {
        throw new Problem(
          'input-invalid',
          'An image is imported on the appliance itself, not with --server.',
          {
            remedy: 'Copy it there and run `hearth image import` there.',
          },
        );
      }
      const order = { path: resolve(path), name: options.name, ref: options.ref };
      const documents = client.progress('POST', '/api/v1/images', order);
      const answer = await followImport(cli, documents, options.json === true);
      const imported = expectAnswer(imageAnswer, answer, 'the import');
      print(
        cli,
        options,
        answer,
        () =>
          `Image ${imported.name} is imported: ref ${plain(imported.ref)}, ${imported.objects} objects, all verified.\n  commit ${imported.commit}\n`,
      );
    });
}
