import type { ApiClient } from '../../../src/cli/client.ts';
import type { Cli } from '../../../src/cli/cli.ts';
import { run } from '../../../src/cli/run.ts';
import { styleFor } from '../../../src/cli/style.ts';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly Call[];
}

/** By `METHOD path`: an answer, a list for streams, or an error to throw. */
type Answers = Readonly<Record<string, unknown>>;

/** Runs a command line against an appliance that gives fixed answers. */
export async function command(
  args: readonly string[],
  answers: Answers = {},
  isTTY = false,
): Promise<Outcome> {
  const calls: Call[] = [];
  const written = { out: '', err: '' };
  const answer = (method: string, path: string, body?: unknown): unknown => {
    calls.push(body === undefined ? { method, path } : { method, path, body });
    const key = `${method} ${path}`;
    if (!(key in answers)) throw new Error(`The test has no answer for ${key}.`);
    const value = answers[key];
    if (value instanceof Error) throw value;
    return value;
  };
  const client: ApiClient = {
    sharesFiles: true,
    get: (path) => new Promise((resolve) => resolve(answer('GET', path))),
    send: (method, path, body) => new Promise((resolve) => resolve(answer(method, path, body))),
    progress: (method, path, body) => each(answer(method, path, body)),
    follow: (path) => each(answer('STREAM', path)),
  };
  const terminal = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    isTTY,
  };
  const cli: Cli = {
    terminal,
    style: styleFor(terminal),
    environment: {},
    now: () => 1_000_000,
    connect: () => Promise.resolve(client),
    interruption: () => new AbortController().signal,
  };
  const code = await run(cli, args);
  return { code, ...written, calls };
}

async function* each(values: unknown): AsyncIterable<unknown> {
  for (const value of Array.isArray(values) ? (values as unknown[]) : []) yield await Promise.resolve(value);
}

/** A host as the API shows it. */
export function hostAnswer(change: object = {}): object {
  return {
    id: 'id-1',
    name: 'node1',
    state: 'registered',
    since: 940_000,
    macs: ['52:54:00:00:00:01'],
    kernelArguments: [],
    labels: {},
    waiting: 'node1 waits to be armed for an install.',
    ...change,
  };
}
