import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { cached } from './cache.ts';
import { run } from './exec.ts';
import { makeOsTree } from './os-tree.ts';
import { buildDirectory, guestDirectory, sharedFiles } from './sources.ts';

/** An OSTree archive repository with the ref `ock`, as `ocne image create --type ostree` makes one. */
export async function ockStandin(): Promise<string> {
  const base = await baseTree();
  const files = ['os-tree.ts', 'ock-standin.ts', 'kernel-modules.ts', 'libraries.ts'];
  const directory = await cached(
    'ock',
    {
      texts: [base],
      paths: [join(guestDirectory, 'os'), sharedFiles, ...files.map((name) => join(buildDirectory, name))],
    },
    async (working) => {
      const tree = join(working, 'tree');
      const repo = join(working, 'repo');
      await makeOsTree(base, tree);
      await run('ostree', ['init', `--repo=${repo}`, '--mode=archive']);
      // The commit's time is fixed so that the same inputs give the same commit.
      await run('ostree', [
        'commit',
        `--repo=${repo}`,
        '--branch=ock',
        `--tree=dir=${tree}`,
        '--bootable',
        '--timestamp=2026-01-01T00:00:00Z',
        '--subject=OCK stand-in for the virtual rack',
        '--add-metadata-string=version=1.33',
      ]);
      await run('ostree', ['summary', `--repo=${repo}`, '--update']);
      const objects = await run('find', [join(repo, 'objects'), '-type', 'f', '-printf', '.']);
      await writeFile(join(working, 'objects'), `${objects.length}\n`);
      await rm(tree, { recursive: true, force: true });
    },
  );
  return join(directory, 'repo');
}
