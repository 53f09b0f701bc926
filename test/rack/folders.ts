import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder that carries the id of the process that made it, which is how a later run knows it is left over. */
export function temporaryFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `hearth-rack-${process.pid}-${name}-`));
}

/** A killed run leaves its disks behind, hundreds of megabytes each: the next run removes those whose maker is dead. */
export async function removeAbandonedFolders(): Promise<void> {
  for (const entry of await readdir(tmpdir())) {
    const pid = /^hearth-rack-(\d+)-/.exec(entry)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    await rm(join(tmpdir(), entry), { recursive: true, force: true });
  }
}
