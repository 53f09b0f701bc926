import type { Terminal } from './terminal.ts';

/** The terminal of this process. `closed` aborts when the reader of stdout goes away, as `head` does. */
export interface ProcessTerminal extends Terminal {
  readonly closed: AbortSignal;
}

export function processTerminal(): ProcessTerminal {
  const closing = new AbortController();
  // Without a listener EPIPE would end the process with a stack trace.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) closing.abort();
    });
  }
  return {
    out: (text) => {
      if (!closing.signal.aborted) process.stdout.write(text);
    },
    err: (text) => void process.stderr.write(text),
    isTTY: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    closed: closing.signal,
  };
}
