import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../../domain/error/problem.ts';
import type { Database } from './database.ts';

/** The key that secrets at rest are sealed with. */
export type MasterKey = KeyObject;

const KEY_BYTES = 32;

/**
 * Reads `master.key`, or makes it with mode 0600 when there are no secrets yet.
 *
 * @throws Problem `storage-damaged` when it is missing or short while secrets need it: a new one would bury them
 */
export function loadMasterKey(keysDirectory: string, database: Database): MasterKey {
  const file = join(keysDirectory, 'master.key');
  const bytes = read(file) ?? create(file, database);
  if (bytes.length !== KEY_BYTES) throw damaged(file, `has ${bytes.length} bytes instead of ${KEY_BYTES}`);
  chmodSync(file, 0o600);
  return createSecretKey(bytes);
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}

function create(file: string, database: Database): Buffer {
  const query = database.build.selectFrom('secrets').select('name').limit(1);
  if (database.first(query) !== undefined) throw damaged(file, 'is missing, and secrets are sealed with it');
  const bytes = randomBytes(KEY_BYTES);
  // A power cut must not leave half a key: the whole file appears under its name or not at all.
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  const fd = openSync(unfinished, 'wx', 0o600);
  try {
    writeSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  linkSync(unfinished, file);
  rmSync(unfinished);
  syncDirectory(dirname(file));
  return bytes;
}

function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function damaged(file: string, what: string): Problem {
  const remedy = 'Restore keys/master.key and hearth.db from the same backup.';
  return new Problem('storage-damaged', `${file} ${what}.`, { remedy });
}
