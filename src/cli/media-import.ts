import { parse, resolve } from 'node:path';
import type { Command } from 'commander';
import { nameFrom } from '../domain/media/name.ts';
import { expectAnswer, mediumAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { followImport, uploadOf } from './import-progress.ts';
import { plain } from './style.ts';

interface ImportOptions extends CommonOptions {
  readonly name?: string;
  readonly all?: boolean;
}

export function registerMediaImport(media: Command, cli: Cli): void {
  apiCommand(
    media,
    'import <file.iso>',
    'Take over an installer ISO: its kernel, initrd, installer and signed boot files',
  )
    .option('--name <name>', 'what to call it; made from its label otherwise')
    .option('--all', 'take over the package repositories of the ISO too')
    .action(async (file: string, options: ImportOptions) => {
      const client = await cli.connect(options);
      const order = { name: options.name, all: options.all };
      const documents = client.sharesFiles
        ? client.progress('POST', '/api/v1/media', { path: resolve(file), ...order })
        : client.progress('PUT', uploadPath(file, options), await uploadOf(file));
      const answer = await followImport(cli, documents, options.json === true);
      const medium = expectAnswer(mediumAnswer, answer, 'the import');
      const check = medium.selfChecked ? 'its own checksum is right' : 'it carries no checksum of its own';
      print(
        cli,
        options,
        answer,
        () =>
          `Medium ${medium.name} is imported: ${plain(medium.label)}, ${check}.\n  sha256 ${medium.sha256}\n`,
      );
    });
}

/** An upload is named before its label can be read, so after its file. */
function uploadPath(file: string, { name, all }: ImportOptions): string {
  const target = name ?? nameFrom(parse(file).name, 'medium');
  return `/api/v1/media/${encodeURIComponent(target)}${all === true ? '?all=true' : ''}`;
}
