import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Problem } from '../domain/error/problem.ts';
import { HttpApiClient } from './client.ts';
import type { ApiClient } from './client.ts';
import { apiAddress } from './connection.ts';
import type { ConnectionOptions, Environment } from './connection.ts';
import { styleFor } from './style.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** What a command sees of the world. */
export interface Cli {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly environment: Environment;
  now(): number;
  connect(options: ConnectionOptions): Promise<ApiClient>;
  /** Aborts when the person presses Ctrl-C or closes the pipe. Asking for it takes Ctrl-C over. */
  interruption(): AbortSignal;
}

export function processCli(
  terminal: Terminal & { readonly closed: AbortSignal },
  environment: Environment,
): Cli {
  return {
    terminal,
    style: styleFor(terminal),
    environment,
    now: () => Date.now(),
    connect: async (options) => new HttpApiClient(await apiAddress(options, environment)),
    interruption: () => {
      const interrupt = new AbortController();
      process.once('SIGINT', () => interrupt.abort());
      return AbortSignal.any([interrupt.signal, terminal.closed]);
    },
  };
}

/** The one answer of a command: for programs exactly one JSON document, for people what `text` makes of it. */
export function print(
  cli: Cli,
  options: { readonly json?: boolean },
  value: unknown,
  text: () => string,
): void {
  cli.terminal.out(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : text());
}

/** @throws Problem `input-invalid` naming the file */
export async function readInput(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch (error) {
    throw new Problem(
      'input-invalid',
      `${file} cannot be read: ${error instanceof Error ? error.message : ''}.`,
      {
        remedy: 'Check the path and its permissions.',
        cause: error,
      },
    );
  }
}
