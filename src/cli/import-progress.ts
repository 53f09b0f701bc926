import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';
import { bytes } from '../web/amount.ts';
import type { Upload } from './client.ts';
import type { Cli } from './cli.ts';

const progressDocument = z.object({
  progress: z.object({ phase: z.string(), unit: z.string(), done: z.number(), total: z.number().optional() }),
});

/**
 * Follows an import to its result, with a line of progress where a person looks on.
 *
 * @throws ApiError of the import; Problem `not-running` when the stream ends without a result
 */
export async function followImport(
  cli: Cli,
  documents: AsyncIterable<unknown>,
  quiet: boolean,
): Promise<unknown> {
  const show = cli.terminal.isTTY && !quiet;
  // ESC [K erases the rest of the line (ECMA-48 EL).
  const say = (text: string): void => {
    if (show) cli.terminal.err(`\r${text}\u001b[K`);
  };
  try {
    for await (const document of documents) {
      const progress = progressDocument.safeParse(document);
      if (progress.success) say(progressText(progress.data.progress));
      if (typeof document === 'object' && document !== null && 'result' in document) return document.result;
    }
  } finally {
    say('');
  }
  throw new Problem('not-running', 'The appliance stopped before the import was finished.', {
    remedy: 'Nothing was half imported. Look at its log, then import again.',
  });
}

function progressText({ phase, unit, done, total }: z.output<typeof progressDocument>['progress']): string {
  const amount = (count: number): string => (unit === 'bytes' ? bytes(count) : `${count} ${unit}`);
  if (total === undefined || total === 0) return `${phase}: ${amount(done)}`;
  return `${phase}: ${Math.floor((100 * done) / total)} % of ${amount(total)}`;
}

/**
 * A file as it is sent to an appliance elsewhere.
 *
 * @throws Problem `input-invalid` when it is none
 */
export async function uploadOf(file: string): Promise<Upload> {
  const path = resolve(file);
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isFile() !== true) {
    throw new Problem('input-invalid', `${file} is not a file that can be read.`, {
      remedy: 'Check the path.',
    });
  }
  return { content: createReadStream(path), size: entry.size };
}
