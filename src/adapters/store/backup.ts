import { rename, rm } from 'node:fs/promises';
import { makePrivateFile } from './data-directory.ts';
import type { Database } from './database.ts';

/**
 * Copies the database to a file while it is in use, a few pages at a time so that machines are answered meanwhile. The
 * file appears whole or not at all. `keys/` must be backed up with it: secrets are sealed with the key in there.
 */
export async function backUpDatabase(database: Database, file: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await rm(unfinished, { force: true });
  makePrivateFile(unfinished);
  try {
    await database.connection.backup(unfinished);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
