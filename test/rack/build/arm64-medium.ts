import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { cached } from './cache.ts';
import { run } from './exec.ts';
import { makeInstallerInitrd } from './installer-initrd.ts';
import { kernelVersion } from './libraries.ts';
import { buildDirectory, guestDirectory, sharedFiles } from './sources.ts';

const packages = ['linux-image-cloud-arm64', 'busybox-static', 'shim-signed', 'grub-efi-arm64-signed'];

/**
 * An ISO for arm64 machines that comes as far as the installer's Kickstart: kernel, initrd, shim and GRUB are real, stage2
 * holds nothing. Packages are unpacked and nothing of them is run, so no emulation of the processor is needed. Answers its path.
 */
export async function arm64Medium(): Promise<string> {
  const runnable = await baseTree();
  const files = ['arm64-medium', 'installer-initrd', 'kernel-modules', 'libraries'];
  const paths = [
    join(guestDirectory, 'installer/initrd'),
    sharedFiles,
    ...files.map((name) => join(buildDirectory, `${name}.ts`)),
  ];
  const directory = await cached('arm64', { texts: packages, paths }, async (working) => {
    const base = join(working, 'root');
    const tree = join(working, 'iso');
    await run('mmdebstrap', [
      ...['--variant=extract', '--architectures=arm64', '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'],
      ...[`--include=${packages.join(',')}`, 'bookworm', base],
    ]);
    await listModules(base, runnable);
    await layOutTree(base, working, tree, runnable);
    const label = ['-V', 'OL-8-10-0-BaseOS-aarch64', '-J', '-joliet-long', '-R', '-T'];
    await run('xorriso', ['-as', 'mkisofs', '-quiet', '-o', join(working, 'arm64.iso'), ...label, tree]);
    for (const name of ['root', 'iso', 'initrd', 'stage2', 'initrd.img'])
      await rm(join(working, name), { recursive: true, force: true });
  });
  return join(directory, 'arm64.iso');
}

/** What the kernel package's own script would do, with the depmod of a tree that this machine can run. */
async function listModules(base: string, runnable: string): Promise<void> {
  const script = 'mount --bind "$1" "$2/mnt" && exec chroot "$2" /usr/sbin/depmod -b /mnt "$3"';
  await run('unshare', ['--mount', 'sh', '-c', script, 'sh', base, runnable, kernelVersion(base)]);
}

async function layOutTree(base: string, working: string, tree: string, runnable: string): Promise<void> {
  for (const name of ['images/pxeboot', 'EFI/BOOT']) await mkdir(join(tree, name), { recursive: true });
  await cp(join(base, 'boot', `vmlinuz-${kernelVersion(base)}`), join(tree, 'images/pxeboot/vmlinuz'));
  const initrd = await makeInstallerInitrd(base, working, runnable);
  await cp(initrd, join(tree, 'images/pxeboot/initrd.img'));
  const stage2 = join(working, 'stage2');
  await mkdir(stage2);
  await run('mksquashfs', [stage2, join(tree, 'images/install.img'), '-quiet', '-no-progress']);
  const efi = join(tree, 'EFI/BOOT');
  await cp(join(base, 'usr/lib/shim/shimaa64.efi.signed'), join(efi, 'BOOTAA64.EFI'));
  const grub = join(base, 'usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed');
  await cp(grub, join(efi, 'grubaa64.efi'));
}
