import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelVersion } from './libraries.ts';

/** What the virtual machines are made of, and the file systems both guests read. */
export const guestModules = [
  ...[
    'virtio_pci',
    'virtio_net',
    'virtio_blk',
    'virtio_scsi',
    'virtio_rng',
    'sd_mod',
    'sr_mod',
    'qemu_fw_cfg',
  ],
  ...['loop', 'squashfs', 'overlay', 'isofs', 'vfat', 'nls_ascii', 'nls_cp437', 'nls_utf8', 'xfs', 'ext4'],
  ...['crc32c_generic', 'libcrc32c', 'efivarfs', 'af_packet', 'ipv6', 'nvme', 'ahci'],
];

/** The files (inside the tree) of the named modules and of all they depend on; modules built into the kernel are skipped. */
export function moduleFiles(root: string, names: readonly string[]): string[] {
  const base = `/usr/lib/modules/${kernelVersion(root)}`;
  const dependencies = new Map<string, string[]>();
  const byName = new Map<string, string>();
  for (const line of readFileSync(join(root, base, 'modules.dep'), 'utf8').split('\n')) {
    const [file, needs] = line.split(':');
    if (file === undefined || needs === undefined) continue;
    dependencies.set(file, needs.split(' ').filter(Boolean));
    byName.set((file.split('/').pop() ?? '').replace(/\.ko.*$/, '').replaceAll('-', '_'), file);
  }
  const wanted = new Set<string>();
  for (const name of names) {
    const file = byName.get(name.replaceAll('-', '_'));
    if (file === undefined) continue;
    for (const path of [file, ...(dependencies.get(file) ?? [])]) wanted.add(`${base}/${path}`);
  }
  return [...wanted].sort();
}
