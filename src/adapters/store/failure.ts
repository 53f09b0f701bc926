import { Problem } from '../../domain/error/problem.ts';
import type { Instant } from '../../domain/time/clock.ts';

/** Whether the database takes work. It recovers by itself with the first write that succeeds. */
export type StorageHealth =
  | { readonly state: 'ok' }
  | { readonly state: 'failing'; readonly problem: Problem; readonly since: Instant };

/** SQLite's result code of what was thrown, such as `SQLITE_FULL` or `SQLITE_CONSTRAINT_UNIQUE`. */
export function sqliteCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_') ? thrown.code : undefined;
}

export function isConstraintViolation(thrown: unknown): boolean {
  return sqliteCode(thrown)?.startsWith('SQLITE_CONSTRAINT') ?? false;
}

/**
 * What a failure of the disk or the database means for a person; the only place that reads SQLite's codes.
 *
 * @returns undefined for what is no storage failure: a Problem, a broken constraint, a fault of ours
 */
export function storageProblem(thrown: unknown, file: string): Problem | undefined {
  const code = sqliteCode(thrown);
  if (code === undefined) return undefined;
  const options = { cause: thrown };
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Problem('storage-locked', `Another program holds ${file}.`, options);
  }
  if (code === 'SQLITE_FULL') {
    return new Problem('storage-full', `The disk that holds ${file} is full.`, options);
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new Problem('storage-full', `${file} cannot be written: it or its disk is read-only.`, options);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new Problem('storage-full', `The disk that holds ${file} refuses to read or write.`, {
      ...options,
      remedy: 'Look for disk errors with `dmesg`, free space on the disk; work resumes by itself.',
    });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new Problem('storage-damaged', `${file} is damaged or is not a database.`, options);
  }
  return undefined;
}
