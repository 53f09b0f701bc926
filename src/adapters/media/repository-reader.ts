import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { regularSize } from './file-io.ts';

/** A repository to import from, wherever its files lie. Paths are those inside the repository. */
export interface RepositoryReader {
  /** Where a file lies on the disk; undefined when there is no such regular file. */
  locate(path: string): string | undefined;
  /** Paths of all files below a directory. */
  list(directory: string): Iterable<string>;
  /** Whether the files are ours already, so that linking them is as good as copying. */
  readonly linkable: boolean;
}

const MOST_LISTED = 100_000;

/** A repository that is a directory. */
export class DirectoryRepository implements RepositoryReader {
  readonly linkable = false;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  locate(path: string): string | undefined {
    const file = join(this.#root, path);
    return regularSize(file) === undefined ? undefined : file;
  }

  *list(directory: string): Generator<string> {
    const pending = [directory];
    let count = 0;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      let entries;
      try {
        entries = readdirSync(join(this.#root, next), { withFileTypes: true });
      } catch {
        continue;
      }
      for (const entry of entries) {
        count += 1;
        if (count > MOST_LISTED) return;
        const path = `${next}/${entry.name}`;
        if (entry.isDirectory()) pending.push(path);
        else if (entry.isFile()) yield path;
      }
    }
  }
}
