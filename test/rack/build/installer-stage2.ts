import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './exec.ts';
import { commandPath, copyPath, filesBelow, librariesOf } from './libraries.ts';
import { guestDirectory, sharedFiles } from './sources.ts';

/** images/install.img: the commands a kickstart's scripts may use, OSTree, udev and the interpreter of kickstarts. */
export async function makeStage2(base: string, working: string, image: string): Promise<void> {
  const root = join(working, 'stage2');
  const source = join(guestDirectory, 'installer/stage2');
  for (const name of [
    'usr/bin',
    'usr/sbin',
    'usr/lib64',
    'usr/lib',
    'etc',
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
    'var/tmp',
    'mnt',
    'root',
  ]) {
    await mkdir(join(root, name), { recursive: true });
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(root, name));
  await copyCommands(base, root);
  await copyBusybox(base, root);
  await cp(source, root, { recursive: true });
  await cp(join(sharedFiles, 'arguments.sh'), join(root, 'usr/libexec/rack/arguments.sh'));
  await cp(join(sharedFiles, 'bls-to-grub'), join(root, 'usr/libexec/rack/bls-to-grub'));
  await copyBootLoaders(base, root, working);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\ndisk:x:6:\nkvm:x:101:\ntty:x:5:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  await run('mksquashfs', [
    root,
    image,
    '-noappend',
    '-quiet',
    '-no-progress',
    '-all-root',
    '-comp',
    'lz4',
    '-Xhc',
    '-b',
    '256K',
  ]);
}

async function copyCommands(base: string, root: string): Promise<void> {
  const list = readFileSync(join(guestDirectory, 'installer/commands'), 'utf8');
  const names = list
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join(' ')
    .split(' ')
    .filter(Boolean);
  const commands = names.map((name) => commandPath(base, name));
  const udev = [
    '/usr/lib/systemd/systemd-udevd',
    ...filesBelow(base, '/usr/lib/udev').filter((path) => isStorageRule(path)),
  ];
  const files = [...commands, ...udev];
  for (const path of files) await copyPath(base, root, path);
  for (const path of await librariesOf(base, files)) await copyPath(base, root, path);
  await copyPath(base, root, '/usr/lib64/ld-linux-x86-64.so.2');
  await copyPath(base, root, '/etc/ssl/certs/ca-certificates.crt');
  await symlink('mawk', join(root, 'usr/bin/awk'));
  await symlink('bash', join(root, 'usr/bin/sh'));
}

function isStorageRule(path: string): boolean {
  return /\/(50-udev-default|60-block|60-persistent-storage|ata_id|scsi_id|60-cdrom_id|cdrom_id)(\.rules)?$/.test(
    path,
  );
}

/** Whatever else a script calls is busybox's. */
async function copyBusybox(base: string, root: string): Promise<void> {
  await cp(join(base, 'usr/bin/busybox'), join(root, 'usr/bin/busybox'));
  const applets = await run('chroot', [base, '/usr/bin/busybox', '--list']);
  for (const name of applets.trim().split('\n')) {
    if (filesBelow(root, '/usr/sbin').includes(`/usr/sbin/${name}`)) continue;
    await symlink('busybox', join(root, 'usr/bin', name)).catch(() => undefined);
  }
}

/** What the interpreter puts on the installed disk. GRUB for BIOS finds its menu on the file system labelled boot. */
async function copyBootLoaders(base: string, root: string, working: string): Promise<void> {
  const directory = join(root, 'usr/share/rack/boot');
  await mkdir(directory, { recursive: true });
  await cp(join(base, 'usr/lib/shim/shimx64.efi.signed'), join(directory, 'BOOTX64.EFI'));
  await cp(join(base, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'), join(directory, 'grubx64.efi'));
  await cp(join(base, 'usr/lib/grub/i386-pc/boot.img'), join(directory, 'boot.img'));
  const core = join(working, 'core.img');
  const config = join(working, 'core.cfg');
  await writeFile(config, 'search --no-floppy --label boot --set=root\nconfigfile /grub2/grub.cfg\n');
  await run('grub-mkimage', [
    ...['-O', 'i386-pc', '-d', join(base, 'usr/lib/grub/i386-pc'), '-p', '/grub2', '-c', config, '-o', core],
    ...[
      'biosdisk',
      'part_gpt',
      'xfs',
      'ext2',
      'search',
      'search_label',
      'configfile',
      'normal',
      'linux',
      'serial',
      'echo',
    ],
  ]);
  await writeFile(join(directory, 'core.img'), await readFile(core));
}
