import { parentPort, workerData } from 'node:worker_threads';
import { LeaseDatabase } from './lease-database.ts';
import type { FromWorker, ToWorker } from './lease-journal-messages.ts';

/** The thread that waits for the disk, so that the one that answers packets does not. */
const port = parentPort;
const { file, maxBytes } = workerData as { readonly file: string; readonly maxBytes: number | undefined };
let database: LeaseDatabase | undefined;

function open(): LeaseDatabase {
  database ??= new LeaseDatabase(file, maxBytes);
  return database;
}

function answer(message: ToWorker): FromWorker {
  try {
    switch (message.kind) {
      case 'load':
        return { kind: 'loaded', rows: open().load() };
      case 'write':
        open().write(message.rows);
        return { kind: 'written', batch: message.batch };
      case 'close':
        database?.close();
        database = undefined;
        return { kind: 'closed' };
    }
  } catch (error) {
    return failure(message, error);
  }
}

function failure(message: ToWorker, error: unknown): FromWorker {
  const code = (error as { readonly code?: unknown }).code;
  const batch = message.kind === 'write' ? message.batch : 0;
  // After an I/O error SQLite's own view of the file may be wrong: begin anew with the next batch.
  if (typeof code === 'string' && /IOERR|CORRUPT|NOTADB|CANTOPEN/.test(code)) {
    try {
      database?.close();
    } catch {
      // The handle is given up either way.
    }
    database = undefined;
  }
  return {
    kind: 'failed',
    batch,
    code: typeof code === 'string' ? code : '',
    message: error instanceof Error ? error.message : String(error),
  };
}

port?.on('message', (message: ToWorker) => {
  port.postMessage(answer(message));
  if (message.kind === 'close') port.close();
});
