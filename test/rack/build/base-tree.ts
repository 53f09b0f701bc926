import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './exec.ts';

/** Everything the stand-in OS, the installer and their boot loaders are cut from. */
const packages = [
  ...['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'passwd', 'network-manager', 'procps'],
  ...['linux-image-cloud-amd64', 'ostree', 'ostree-boot', 'ignition', 'dracut-core', 'dracut-network'],
  ...['xfsprogs', 'dosfstools', 'e2fsprogs', 'gdisk', 'util-linux', 'fdisk'],
  ...['bash', 'mawk', 'curl', 'ca-certificates', 'iproute2', 'busybox-static', 'cpio', 'zstd', 'lz4'],
  ...['grub-common', 'grub-pc-bin', 'grub-efi-amd64-signed', 'shim-signed', 'isolinux', 'syslinux-common'],
];

/** Documentation and translations are half of a minimal tree's files and nothing here reads them. */
const excluded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];

/** A Debian 12 tree with the packages both guests need, answered as the path of its root. */
export async function baseTree(): Promise<string> {
  const suite = 'bookworm';
  const directory = await cached(
    'base',
    { texts: [suite, packages.join(','), excluded.join(',')], paths: [] },
    async (working) => {
      await run('mmdebstrap', [
        '--variant=essential',
        '--aptopt=APT::Install-Recommends "false"',
        ...excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
        `--include=${packages.join(',')}`,
        suite,
        join(working, 'root'),
      ]);
    },
  );
  return join(directory, 'root');
}
