import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../rack/build/exec.ts';

/** A medium and an image, small: a fleet loads the appliance with requests, not with gigabytes. */
export interface StandIns {
  readonly iso: string;
  readonly repository: string;
}

const MIB = 1024 * 1024;

const TREEINFO = `[general]
arch = x86_64
family = Oracle Linux
variant = BaseOS
version = 8.10
[images-x86_64]
kernel = images/pxeboot/vmlinuz
initrd = images/pxeboot/initrd.img
[stage2]
mainimage = images/install.img
`;

/** Makes both with the tools that make real ones. */
export async function makeStandIns(folder: string): Promise<StandIns> {
  const medium = join(folder, 'medium');
  const files: readonly (readonly [string, string | Buffer])[] = [
    ['images/pxeboot/vmlinuz', Buffer.alloc(MIB, 1)],
    ['images/pxeboot/initrd.img', Buffer.alloc(2 * MIB, 2)],
    ['images/install.img', Buffer.alloc(2 * MIB, 3)],
    ['.treeinfo', TREEINFO],
  ];
  for (const [path, content] of files) await write(join(medium, path), content);
  const iso = join(folder, 'medium.iso');
  const label = 'OL-8-10-0-BaseOS-x86_64';
  await run('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', label, '-o', iso, medium]);

  const tree = join(folder, 'tree');
  await write(join(tree, 'usr/lib/os-release'), 'ID=ol\n');
  const repository = join(folder, 'repository');
  const ostree = (...args: string[]): Promise<string> => run('ostree', [`--repo=${repository}`, ...args]);
  await mkdir(repository);
  await ostree('init', '--mode=archive');
  await ostree(
    'commit',
    '-b',
    'ock',
    `--tree=dir=${tree}`,
    '--add-metadata-string=version=1.33',
    '-s',
    'stand-in',
  );
  await ostree('summary', '-u');
  return { iso, repository };
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
