import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { copyFile, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { run } from './exec.ts';

/** The shared libraries (as paths inside the tree) that the given ELF files need, according to the tree's own loader. */
export async function librariesOf(root: string, files: readonly string[]): Promise<Set<string>> {
  const needed = new Set<string>();
  // ldd answers 1 when one of many files is no dynamic executable, which scripts are not: the loader is asked per file.
  for (const file of files) {
    const output = await run('chroot', [root, '/lib64/ld-linux-x86-64.so.2', '--list', file]).catch(() => '');
    for (const match of output.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)) {
      const path = match[1];
      if (path !== undefined) needed.add(path.replace(/^\/lib/, '/usr/lib'));
    }
  }
  return needed;
}

/** The path a name stands for inside the tree, following links without leaving it. */
export async function linkTarget(root: string, path: string): Promise<string | undefined> {
  const target = await readlink(join(root, path)).catch(() => undefined);
  return target === undefined ? undefined : resolve(dirname(path), target);
}

/** Copies one path of a tree into another; links are copied as links, with what they point to. */
export async function copyPath(from: string, to: string, path: string): Promise<void> {
  const destination = join(to, path);
  if (existsSync(destination)) return;
  await mkdir(dirname(destination), { recursive: true });
  const target = await linkTarget(from, path);
  if (target === undefined) {
    await copyFile(join(from, path), destination);
    return;
  }
  await symlink(await readlink(join(from, path)), destination).catch(() => undefined);
  await copyPath(from, to, target);
}

/** Where a command is in a merged-/usr tree. */
export function commandPath(root: string, name: string): string {
  for (const directory of ['/usr/bin', '/usr/sbin']) {
    if (readdirSync(join(root, directory)).includes(name)) return `${directory}/${name}`;
  }
  throw new Error(`no command ${name} in ${root}`);
}

/** Every regular file below a directory of a tree, as paths inside the tree. */
export function filesBelow(root: string, directory: string): string[] {
  const found: string[] = [];
  if (!existsSync(join(root, directory))) return found;
  for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** The kernel version of a tree: the only directory of /usr/lib/modules. */
export function kernelVersion(root: string): string {
  const [version] = readdirSync(join(root, 'usr/lib/modules')).filter((name) =>
    statSync(join(root, 'usr/lib/modules', name)).isDirectory(),
  );
  if (version === undefined) throw new Error(`no kernel in ${realpathSync(root)}`);
  return version;
}
