import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Problem } from '../../domain/error/problem.ts';

/** Where everything that outlives the process is kept. */
export interface DataDirectory {
  readonly path: string;
  readonly database: string;
  readonly lock: string;
  readonly keys: string;
  readonly socket: string;
}

/**
 * Makes the directory and its `keys` with mode 0700; a wider mode found there is narrowed, since keys lie in it.
 *
 * @throws Problem `permission-denied` or `storage-full` naming the directory
 */
export function prepareDataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  const keys = join(root, 'keys');
  try {
    for (const directory of [root, keys]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      chmodSync(directory, 0o700);
    }
  } catch (cause) {
    throw directoryProblem(root, cause);
  }
  return {
    path: root,
    database: join(root, 'hearth.db'),
    lock: join(root, 'lock'),
    keys,
    socket: join(root, 'hearth.sock'),
  };
}

/** Makes an empty file with mode 0600 before SQLite would make it with the umask's; leaves one that exists. */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (cause) {
    throw directoryProblem(path, cause);
  }
}

function directoryProblem(path: string, cause: unknown): Problem {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EROFS') {
    return new Problem('storage-full', `${path} cannot be written: its disk is full or read-only.`, {
      cause,
    });
  }
  const remedy = 'Name a directory of your own with --data, or run as a user that may write there.';
  return new Problem('permission-denied', `The data directory ${path} cannot be used.`, { cause, remedy });
}
