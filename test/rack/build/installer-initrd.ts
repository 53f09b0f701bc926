import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './exec.ts';
import { guestModules, moduleFiles } from './kernel-modules.ts';
import { copyPath, kernelVersion } from './libraries.ts';
import { guestDirectory, sharedFiles } from './sources.ts';

/**
 * The installer's initrd: busybox, the drivers of the virtual machines and our scripts. Answers the image's path.
 *
 * @param runnable a tree whose busybox this machine can run, where `base` is of another architecture
 */
export async function makeInstallerInitrd(base: string, working: string, runnable = base): Promise<string> {
  const root = join(working, 'initrd');
  const scripts = join(guestDirectory, 'installer/initrd');
  const directories = [
    'usr/bin',
    'etc',
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
    'lib/rack',
    'mnt',
    'stage2.ro',
    'stage2',
  ];
  for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
  await cp(join(scripts, 'init'), join(root, 'init'));
  await cp(join(scripts, 'lib'), join(root, 'lib/rack'), { recursive: true });
  await cp(join(sharedFiles, 'arguments.sh'), join(root, 'lib/rack/arguments.sh'));
  await writeFile(join(root, 'lib/rack/modules'), `${guestModules.join(' ')}\n`);
  await installBusybox(base, root, runnable);
  await installModules(base, root);
  await chmod(join(root, 'init'), 0o755);
  return pack(root, join(working, 'initrd.img'));
}

async function installBusybox(base: string, root: string, runnable: string): Promise<void> {
  await cp(join(base, 'usr/bin/busybox'), join(root, 'usr/bin/busybox'));
  const applets = await run('chroot', [runnable, '/usr/bin/busybox', '--list']);
  for (const name of applets.trim().split('\n')) {
    if (name !== 'busybox') await symlink('busybox', join(root, 'usr/bin', name));
  }
  for (const name of ['bin', 'sbin', 'usr/sbin']) await symlink('/usr/bin', join(root, name));
}

async function installModules(base: string, root: string): Promise<void> {
  const version = kernelVersion(base);
  const directory = `/usr/lib/modules/${version}`;
  for (const path of moduleFiles(base, guestModules)) await copyPath(base, root, path);
  // The tree's own list of dependencies serves: a line about a module that is not here does no harm.
  await copyPath(base, root, `${directory}/modules.dep`);
  // modprobe looks below /lib, which is no link to /usr/lib in this small tree.
  await symlink('../usr/lib/modules', join(root, 'lib/modules'));
}

/** gzip at its fastest: a little larger, and what an emulated CPU unpacks in about a second. */
async function pack(root: string, image: string): Promise<string> {
  const names = await run('find', ['.', '-mindepth', '1', '-print0'], { cwd: root });
  await run(
    'cpio',
    ['--quiet', '--null', '--create', '--format=newc', '--owner=0:0', '--reproducible', `--file=${image}`],
    {
      cwd: root,
      input: names,
    },
  );
  await run('gzip', ['-1', '-n', image]);
  await run('mv', [`${image}.gz`, image]);
  return image;
}
