import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run, runInTree } from './exec.ts';
import { guestModules, moduleFiles } from './kernel-modules.ts';
import { filesBelow, kernelVersion, librariesOf, linkTarget } from './libraries.ts';
import { guestDirectory, sharedFiles } from './sources.ts';

/** Makes the tree that is committed as OCK: the base tree with the stand-in's files, an initramfs, and little else. */
export async function makeOsTree(base: string, tree: string): Promise<void> {
  const source = join(guestDirectory, 'os');
  await run('cp', ['-a', '--reflink=auto', base, tree]);
  await cp(join(source, 'tree'), tree, { recursive: true, verbatimSymlinks: true });
  await cp(join(sharedFiles, 'bls-to-grub'), join(tree, 'usr/libexec/rack/bls-to-grub'));
  await runScript(tree, join(source, 'make-users'));
  // Before dracut, so that no driver of hardware that is never there gets into the initramfs.
  await pruneModules(tree, moduleFiles(tree, guestModules));
  await runScript(tree, join(source, 'make-initramfs'), kernelVersion(tree));
  await pruneTree(tree, readList(join(source, 'commands')));
  await reshapeTree(tree);
}

function readList(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => !line.startsWith('#')).flatMap((line) => line.split(' ').filter(Boolean));
}

async function runScript(tree: string, script: string, ...args: string[]): Promise<void> {
  const inside = join(tree, 'tmp/rack-script');
  await cp(script, inside);
  await chmod(inside, 0o755);
  await runInTree(tree, '/tmp/rack-script', args);
  await rm(inside);
}

/** Every file is an object that a slow virtual machine pulls, so the tree keeps what boots and nothing for people. */
async function pruneTree(tree: string, commands: readonly string[]): Promise<void> {
  const keep = (directory: string, names: readonly string[]): Promise<void> =>
    keepOnly(join(tree, directory), names);
  for (const directory of ['usr/bin', 'usr/sbin']) {
    await keep(directory, [...commands, ...readdirSync(join(guestDirectory, 'os/tree/usr/bin'))]);
  }
  await rm(join(tree, 'usr/bin/awk'), { force: true });
  await symlink('mawk', join(tree, 'usr/bin/awk'));
  await keep('usr/share', ['dbus-1', 'ca-certificates']);
  await keep('usr/share/ca-certificates', []);
  await keep('usr/lib', [
    ...['x86_64-linux-gnu', 'systemd', 'udev', 'modules', 'NetworkManager', 'ostree', 'os-release'],
    ...['sysctl.d', 'tmpfiles.d', 'sysusers.d', 'modprobe.d', 'ssl'],
  ]);
  for (const path of ['hwdb.d', 'hwdb.bin'])
    await rm(join(tree, 'usr/lib/udev', path), { recursive: true, force: true });
  for (const path of readdirSync(join(tree, 'usr/lib/systemd/system'))) {
    // It would ask a person for the locale and the root password on the console of a first boot.
    if (
      /^(systemd-firstboot|polkit|systemd-pcr|systemd-boot|systemd-homed|systemd-time-wait|cryptsetup|quota|rpcbind)/.test(
        path,
      )
    ) {
      await rm(join(tree, 'usr/lib/systemd/system', path), { recursive: true });
    }
  }
  // Nobody asks for permission here; without it the first caller waits for a service that cannot start.
  await rm(join(tree, 'usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service'), {
    force: true,
  });
  // What Debian enabled goes: on the first boot presets decide, as they do on OCK.
  await keep('etc/systemd/system', []);
  await run('find', [join(tree, 'usr/lib/systemd/system'), '-xtype', 'l', '-delete']);
  await pruneLibraries(tree);
  const etc = [
    'alternatives',
    'init.d',
    'apt',
    'dpkg',
    'cron.d',
    'cron.daily',
    'grub.d',
    'kernel',
    'perl',
    'python3',
  ];
  const more = [
    'python3.11',
    'initramfs-tools',
    'default',
    'logrotate.d',
    'ca-certificates',
    'opt',
    'gss',
    'skel',
  ];
  const numbered = readdirSync(join(tree, 'etc')).filter((name) => /^rc.\.d$/.test(name));
  for (const name of [...etc, ...more, ...numbered])
    await rm(join(tree, 'etc', name), { recursive: true, force: true });
  await keep('etc/ssl/certs', ['ca-certificates.crt']);
}

async function keepOnly(directory: string, names: readonly string[]): Promise<void> {
  const wanted = new Set(names);
  for (const name of await readdir(directory)) {
    if (!wanted.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function pruneModules(tree: string, wanted: readonly string[]): Promise<void> {
  const kept = new Set(wanted);
  const version = kernelVersion(tree);
  for (const path of filesBelow(tree, `/usr/lib/modules/${version}/kernel`)) {
    if (!kept.has(path)) await rm(join(tree, path));
  }
  await run('find', [join(tree, 'usr/lib/modules', version, 'kernel'), '-type', 'd', '-empty', '-delete']);
}

/** Removes each library that no remaining program or plug-in asks for. */
async function pruneLibraries(tree: string): Promise<void> {
  const directory = 'usr/lib/x86_64-linux-gnu';
  await keepOnly(join(tree, directory), [
    ...['systemd', 'NetworkManager', 'security'],
    ...readdirSync(join(tree, directory)).filter((name) => name.includes('.so')),
  ]);
  const plugins = ['systemd', 'NetworkManager', 'security'].flatMap((name) =>
    filesBelow(tree, `/${directory}/${name}`),
  );
  const programs = [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib/systemd',
    '/usr/lib/udev',
    '/usr/lib/ostree',
    '/usr/libexec',
  ];
  const elf = [...programs.flatMap((path) => filesBelow(tree, path)), ...plugins].filter((path) =>
    isElf(tree, path),
  );
  const kept = new Set<string>();
  for (const path of await librariesOf(tree, elf)) {
    // libx.so.1 is a link to libx.so.1.2.3: both stay.
    for (let at: string | undefined = path; at !== undefined; at = await linkTarget(tree, at))
      kept.add(basename(at));
  }
  for (const name of await readdir(join(tree, directory))) {
    if (name.includes('.so') && !kept.has(name) && !name.startsWith('libnss_'))
      await rm(join(tree, directory, name));
  }
}

function isElf(tree: string, path: string): boolean {
  return readFileSync(join(tree, path)).subarray(1, 4).toString() === 'ELF';
}

/** From a Debian tree to the shape OSTree deploys: /usr/etc, an empty /var, links into it, no machine identity. */
async function reshapeTree(tree: string): Promise<void> {
  for (const name of [
    'machine-id',
    'hostname',
    'fstab',
    'resolv.conf',
    '.pwd.lock',
    'passwd-',
    'group-',
    'shadow-',
    'gshadow-',
  ]) {
    await rm(join(tree, 'etc', name), { force: true });
  }
  for (const name of [
    'boot',
    'dev',
    'home',
    'media',
    'mnt',
    'opt',
    'root',
    'run',
    'srv',
    'tmp',
    'var',
    'proc',
    'sys',
    'usr/local',
  ]) {
    await rm(join(tree, name), { recursive: true, force: true });
  }
  for (const name of ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'tmp', 'var'])
    await mkdir(join(tree, name));
  await chmod(join(tree, 'tmp'), 0o1777);
  const links = { home: 'var/home', root: 'var/roothome', opt: 'var/opt', srv: 'var/srv', mnt: 'var/mnt' };
  for (const [name, target] of Object.entries({ ...links, ostree: 'sysroot/ostree' })) {
    await symlink(target, join(tree, name));
  }
  await writeFile(
    join(tree, 'usr/lib/tmpfiles.d/rack-var.conf'),
    ['home', 'roothome', 'opt', 'srv', 'mnt', 'log', 'lib', 'cache']
      .map((name) => `d /var/${name} 0755 root root -\n`)
      .join(''),
  );
  await mkdir(join(tree, 'etc/skel'), { recursive: true });
  await rename(join(tree, 'etc'), join(tree, 'usr/etc'));
}
