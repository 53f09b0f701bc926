import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import SqliteFile from 'better-sqlite3';
import { Problem } from '../../domain/error/problem.ts';
import { makePrivateFile } from './data-directory.ts';
import { sqliteCode } from './failure.ts';

/** Held while the appliance runs; the kernel lets go of it when the process ends, however it ends. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the data directory for this process.
 *
 * Node offers no flock, but an open exclusive transaction of SQLite is a POSIX record lock on `lock`: it needs no
 * heartbeat and cannot go stale after a kill -9 or a power cut. The process id beside it is for the message only.
 *
 * @throws Problem `already-running` naming the process that holds it
 */
export function lockDataDirectory(lockFile: string): DataLock {
  makePrivateFile(lockFile);
  const holder = new SqliteFile(lockFile, { timeout: 0 });
  try {
    // The lock is all that is wanted of this database: no journal beside it.
    holder.pragma('journal_mode = memory');
    holder.exec('begin exclusive');
  } catch (thrown) {
    holder.close();
    if (sqliteCode(thrown)?.startsWith('SQLITE_BUSY') !== true) throw thrown;
    throw new Problem(
      'already-running',
      `Another appliance (process ${holderOf(lockFile)}) runs on this data directory.`,
    );
  }
  writeFileSync(pidFile(lockFile), `${process.pid}\n`, { mode: 0o600 });
  return {
    release: () => {
      rmSync(pidFile(lockFile), { force: true });
      holder.close();
    },
  };
}

function pidFile(lockFile: string): string {
  return `${lockFile}.pid`;
}

function holderOf(lockFile: string): string {
  try {
    return /^\d{1,10}/.exec(readFileSync(pidFile(lockFile), 'latin1'))?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
