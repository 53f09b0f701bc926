import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { cached } from './cache.ts';
import { makeEfiImage } from './efi-image.ts';
import { run } from './exec.ts';
import { makeInstallerInitrd } from './installer-initrd.ts';
import { makeStage2 } from './installer-stage2.ts';
import { kernelVersion } from './libraries.ts';
import { buildDirectory, guestDirectory, sharedFiles } from './sources.ts';
import { release, treeinfo } from './treeinfo.ts';

/** A boot ISO laid out as Oracle Linux's, whose installer interprets kickstarts like Anaconda. Answers its path. */
export async function installerIso(): Promise<string> {
  const base = await baseTree();
  const files = [
    'installer-iso',
    'installer-initrd',
    'installer-stage2',
    'efi-image',
    'treeinfo',
    'kernel-modules',
    'libraries',
  ];
  const inputs = {
    texts: [base],
    paths: [
      join(guestDirectory, 'installer'),
      sharedFiles,
      ...files.map((name) => join(buildDirectory, `${name}.ts`)),
    ],
  };
  const directory = await cached('installer', inputs, async (working) => {
    const tree = join(working, 'iso');
    await layOutTree(base, working, tree);
    await makeIso(tree, join(working, 'installer.iso'));
    for (const name of ['iso', 'initrd', 'stage2'])
      await rm(join(working, name), { recursive: true, force: true });
  });
  return join(directory, 'installer.iso');
}

async function layOutTree(base: string, working: string, tree: string): Promise<void> {
  for (const name of ['images/pxeboot', 'EFI/BOOT/fonts', 'isolinux'])
    await mkdir(join(tree, name), { recursive: true });
  const kernel = join(base, 'boot', `vmlinuz-${kernelVersion(base)}`);
  const initrd = await makeInstallerInitrd(base, working);
  for (const directory of ['images/pxeboot', 'isolinux']) {
    await cp(kernel, join(tree, directory, 'vmlinuz'));
    await cp(initrd, join(tree, directory, 'initrd.img'));
  }
  await makeStage2(base, working, join(tree, 'images/install.img'));
  await cp(join(base, 'usr/lib/shim/shimx64.efi.signed'), join(tree, 'EFI/BOOT/BOOTX64.EFI'));
  await cp(join(base, 'usr/lib/shim/mmx64.efi.signed'), join(tree, 'EFI/BOOT/mmx64.efi'));
  // The network build, because machines get it over TFTP; Oracle's single build serves disc and network.
  await cp(
    join(base, 'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed'),
    join(tree, 'EFI/BOOT/grubx64.efi'),
  );
  await writeFile(join(tree, 'EFI/BOOT/grub.cfg'), grubMenu());
  await writeFile(join(tree, 'isolinux/isolinux.cfg'), isolinuxMenu());
  await cp(join(base, 'usr/lib/ISOLINUX/isolinux.bin'), join(tree, 'isolinux/isolinux.bin'));
  await cp(join(base, 'usr/lib/syslinux/modules/bios/ldlinux.c32'), join(tree, 'isolinux/ldlinux.c32'));
  await makeEfiImage(join(tree, 'EFI'), join(tree, 'images/efiboot.img'));
  const checksums = new Map<string, string>();
  for (const name of ['efiboot.img', 'install.img', 'pxeboot/initrd.img', 'pxeboot/vmlinuz']) {
    const content = await readFile(join(tree, 'images', name));
    checksums.set(`images/${name}`, createHash('sha256').update(content).digest('hex'));
  }
  await writeFile(join(tree, '.treeinfo'), treeinfo(checksums));
  await writeFile(join(tree, '.discinfo'), `1716900000.000000\n${release.version}\nx86_64\n`);
  await writeFile(
    join(tree, 'media.repo'),
    `[InstallMedia]\nname=Oracle Linux ${release.version}\nmediaid=1\n`,
  );
}

function grubMenu(): string {
  return [
    'set default="0"',
    'set timeout=5',
    `search --no-floppy --set=root -l '${release.label}'`,
    `menuentry 'Install Oracle Linux ${release.version}' --class red --class gnu-linux --class gnu --class os {`,
    `\tlinuxefi /images/pxeboot/vmlinuz inst.stage2=hd:LABEL=${release.label} quiet`,
    '\tinitrdefi /images/pxeboot/initrd.img',
    '}',
    '',
  ].join('\n');
}

function isolinuxMenu(): string {
  return [
    'default linux',
    'timeout 50',
    'label linux',
    '  kernel vmlinuz',
    `  append initrd=initrd.img inst.stage2=hd:LABEL=${release.label} quiet`,
    '',
  ].join('\n');
}

async function makeIso(tree: string, iso: string): Promise<void> {
  await run('xorriso', [
    ...['-as', 'mkisofs', '-quiet', '-o', iso, '-V', release.label, '-J', '-joliet-long', '-R', '-T'],
    ...[
      '-b',
      'isolinux/isolinux.bin',
      '-c',
      'isolinux/boot.cat',
      '-no-emul-boot',
      '-boot-load-size',
      '4',
      '-boot-info-table',
    ],
    ...['-eltorito-alt-boot', '-e', 'images/efiboot.img', '-no-emul-boot', tree],
  ]);
}
