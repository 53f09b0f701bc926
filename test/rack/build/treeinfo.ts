/** The release the stand-in says it is. */
export const release = { version: '8.10', label: 'OL-8-10-0-BaseOS-x86_64' } as const;

/** `.treeinfo` as Oracle Linux 8 media have it: productmd's INI file, with the old section beside the new ones. */
export function treeinfo(checksums: ReadonlyMap<string, string>): string {
  const sums = [...checksums].map(([path, sum]) => `${path} = sha256:${sum}`);
  return [
    section('checksums', sums),
    section('general', [
      '; WARNING.0 = This section provides compatibility with pre-productmd treeinfos.',
      'arch = x86_64',
      'family = Oracle Linux',
      `name = Oracle Linux ${release.version}`,
      'packagedir = Packages',
      'platforms = x86_64,xen',
      'repository = .',
      'timestamp = 1716900000',
      'variant = BaseOS',
      'variants = BaseOS',
      `version = ${release.version}`,
    ]),
    section('header', ['type = productmd.treeinfo', 'version = 1.2']),
    section('images-x86_64', [
      'efiboot.img = images/efiboot.img',
      'initrd = images/pxeboot/initrd.img',
      'kernel = images/pxeboot/vmlinuz',
    ]),
    section('images-xen', ['initrd = images/pxeboot/initrd.img', 'kernel = images/pxeboot/vmlinuz']),
    section('release', ['name = Oracle Linux', 'short = OL', `version = ${release.version}`]),
    section('stage2', ['mainimage = images/install.img']),
    section('tree', [
      'arch = x86_64',
      'build_timestamp = 1716900000',
      'platforms = x86_64,xen',
      'variants = BaseOS',
    ]),
    section('variant-BaseOS', [
      'id = BaseOS',
      'name = BaseOS',
      'packages = Packages',
      'repository = .',
      'type = variant',
      'uid = BaseOS',
    ]),
  ].join('\n');
}

function section(name: string, lines: readonly string[]): string {
  return [`[${name}]`, ...lines, ''].join('\n');
}
