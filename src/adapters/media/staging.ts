import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isName } from '../../domain/media/name.ts';

/**
 * A library is a directory with one directory per name. A new one is filled under a hidden name and renamed when it is
 * complete and on the disk: what has a name is whole, whenever the power goes.
 */
const STAGING = '.staging-';
const REMOVED = '.removed-';

export async function makeStaging(library: string): Promise<string> {
  await mkdir(library, { recursive: true, mode: 0o755 });
  const path = join(library, `${STAGING}${randomUUID()}`);
  await mkdir(path, { mode: 0o755 });
  return path;
}

/** Gives a complete staging directory its name. The rename is the moment at which the import has happened. */
export async function commitStaging(staging: string, library: string, name: string): Promise<void> {
  await rename(staging, join(library, name));
  await syncDirectory(library);
}

export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Takes a name out of the library. The rename is the moment at which it is gone; deleting may take long. */
export async function removeNamed(library: string, name: string): Promise<void> {
  const removed = join(library, `${REMOVED}${randomUUID()}`);
  try {
    await rename(join(library, name), removed);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  await syncDirectory(library);
  await discard(removed);
}

/** Deletes what interrupted imports and removals left behind, and returns the names that are there. */
export async function sweep(library: string): Promise<string[]> {
  await mkdir(library, { recursive: true, mode: 0o755 });
  const names: string[] = [];
  for (const entry of await readdir(library, { withFileTypes: true })) {
    if (entry.name.startsWith(STAGING) || entry.name.startsWith(REMOVED))
      await discard(join(library, entry.name));
    else if (entry.isDirectory() && isName(entry.name)) names.push(entry.name);
  }
  return names.sort();
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
