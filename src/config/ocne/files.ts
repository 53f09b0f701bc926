import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files that a cluster file refers to. */
export interface Files {
  /** The text of a regular file, at most 4 MiB; undefined when there is none. */
  read(path: string): string | undefined;
  /** What lies in a folder itself, its subfolders left out, by full name in order; undefined when it is not a folder. */
  list(path: string): readonly string[] | undefined;
}

const MAX_SIZE = 4 * 1024 * 1024;

/** The files of this machine. */
export const localFiles: Files = {
  read(path) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined || !status.isFile() || status.size > MAX_SIZE) return undefined;
    return readFileSync(path, 'utf8');
  },
  list(path) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(path, entry.name))
      .sort();
  },
};
