import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/domain/error/problem.ts';
import { chooseImage, chooseMedium } from '../../../../src/domain/media/choose.ts';
import { checkedName, isName, nameFrom } from '../../../../src/domain/media/name.ts';
import { findLayout } from '../../../../src/domain/media/tree-layout.ts';
import { formatTreeInfo, parseTreeInfo } from '../../../../src/domain/media/treeinfo.ts';
import { aMedium, anImage } from '../../../fakes/media-stores.ts';

describe('names of media and images', () => {
  it('are short, lower case and need no quoting', () => {
    for (const name of ['ol8', '8', 'ol-8-10-0-baseos-x86_64', 'a.b', 'x'.repeat(64)])
      expect(isName(name)).toBe(true);
    const bad = ['', '.', '..', '-a', '_a', 'A', 'a/b', 'a b', 'a\n', 'é', 'x'.repeat(65), '.staging-1'];
    for (const name of bad) {
      expect(isName(name), name).toBe(false);
      expect(() => checkedName(name)).toThrow(Problem);
    }
  });

  it('are made from labels and refs', () => {
    expect(nameFrom('OL-8-10-0-BaseOS-x86_64', 'medium')).toBe('ol-8-10-0-baseos-x86_64');
    expect(nameFrom('ol/8/ock', 'image')).toBe('ol-8-ock');
    expect(nameFrom('  -- Großer Name!! ', 'medium')).toBe('gro-er-name');
    expect(nameFrom('日本', 'medium')).toBe('medium');
    expect(nameFrom(`${'x'.repeat(63)}-y`, 'medium')).toBe('x'.repeat(63));
  });
});

describe('choosing a medium or an image', () => {
  const two = [aMedium({ name: 'ol9' }), aMedium({ name: 'ol8' })];

  it('takes the only one when none is named', () => {
    expect(chooseMedium([aMedium()]).name).toBe('ol8');
    expect(chooseImage([anImage()]).name).toBe('ock');
  });

  it('takes the one that is named', () => {
    expect(chooseMedium(two, 'ol9').name).toBe('ol9');
  });

  it('lists the names when there are several and none is named', () => {
    expect(() => chooseMedium(two)).toThrow(
      expect.objectContaining({ code: 'ambiguous-default', remedy: 'Name one of: ol8, ol9.' }),
    );
  });

  it('names the command when there is none, and the choices when the name is wrong', () => {
    expect(() => chooseMedium([])).toThrow(
      expect.objectContaining({
        code: 'media-not-found',
        remedy: 'Import one with `hearth media import FILE.iso`.',
      }),
    );
    expect(() => chooseImage([], 'ock')).toThrow(
      expect.objectContaining({
        code: 'image-not-found',
        remedy: 'Import one with `hearth image import PATH`.',
      }),
    );
    expect(() => chooseMedium(two, 'ol7')).toThrow(
      expect.objectContaining({ remedy: 'Name one of: ol8, ol9.' }),
    );
  });
});

describe('.treeinfo', () => {
  const sum = 'ab'.repeat(32);
  const text = [
    '; made by pungi',
    '[checksums]',
    `images/pxeboot/vmlinuz = sha256:${sum.toUpperCase()}`,
    'images/boot.iso = md5:0123',
    '[general]',
    'arch = x86_64',
    'family = Oracle Linux Server',
    'variant = BaseOS',
    'version = 8.10',
    'broken line',
    '[images-x86_64]',
    'kernel = images/pxeboot/vmlinuz',
    'initrd = images/pxeboot/initrd.img',
    '[images-xen]',
    'kernel = images/xen/vmlinuz',
    '[release]',
    'name = Oracle Linux',
    '[stage2]',
    'mainimage = images/install.img',
  ].join('\r\n');

  it('says what the tree is and where things are', () => {
    expect(parseTreeInfo(text)).toEqual({
      family: 'Oracle Linux',
      version: '8.10',
      variant: 'BaseOS',
      architecture: 'x86_64',
      kernel: 'images/pxeboot/vmlinuz',
      initrd: 'images/pxeboot/initrd.img',
      stage2: 'images/install.img',
      checksums: new Map([['images/pxeboot/vmlinuz', sum]]),
    });
  });

  it('is read back as it was written', () => {
    const facts = {
      family: 'Oracle Linux',
      version: '9.5',
      architecture: 'aarch64',
      kernel: 'images/pxeboot/vmlinuz',
      initrd: 'images/pxeboot/initrd.img',
      stage2: 'images/install.img',
    };
    expect(parseTreeInfo(formatTreeInfo(facts))).toMatchObject(facts);
  });

  it('survives anything', () => {
    expect(parseTreeInfo('\0[[[\n===\n[x\n=y\n').version).toBeUndefined();
    expect(parseTreeInfo('[__proto__]\nx=1\n[general]\n__proto__=2\nversion=1').version).toBe('1');
  });
});

describe('finding what an installation needs in a tree', () => {
  const files = [
    'images/pxeboot/vmlinuz',
    'images/pxeboot/initrd.img',
    'images/install.img',
    'EFI/BOOT/BOOTX64.EFI',
    'EFI/BOOT/grubx64.efi',
    'EFI/BOOT/mmx64.efi',
  ];
  const evidence = {
    label: 'OL-8-10-0-BaseOS-x86_64',
    files: new Set(files),
    treeInfo: undefined,
    discInfo: undefined,
  };

  it('reads Oracle labels when the ISO says nothing else', () => {
    expect(findLayout(evidence)).toEqual({
      family: 'Oracle Linux',
      version: '8.10',
      variant: 'BaseOS',
      architecture: 'x86_64',
      kernel: 'images/pxeboot/vmlinuz',
      initrd: 'images/pxeboot/initrd.img',
      stage2: 'images/install.img',
      firmware: {
        x86_64: {
          shim: 'EFI/BOOT/BOOTX64.EFI',
          grub: 'EFI/BOOT/grubx64.efi',
          mokManager: 'EFI/BOOT/mmx64.efi',
        },
      },
    });
  });

  it('prefers .treeinfo, then .discinfo, to the label', () => {
    const treeInfo = parseTreeInfo('[general]\nversion = 8.9\narch = x86_64\n');
    const discInfo = '1700000000.0\nOracle Linux 8.8.0\nx86_64\n';
    expect(findLayout({ ...evidence, treeInfo, discInfo })).toMatchObject({ version: '8.9' });
    expect(findLayout({ ...evidence, discInfo })).toMatchObject({ family: 'Oracle Linux', version: '8.8.0' });
  });

  it('does not believe a .treeinfo that names files which are not there', () => {
    const treeInfo = parseTreeInfo('[general]\narch = x86_64\n[images-x86_64]\nkernel = ../../etc/passwd\n');
    expect(findLayout({ ...evidence, treeInfo }).kernel).toBe('images/pxeboot/vmlinuz');
  });

  it('knows arm64 trees, also by their firmware alone', () => {
    const arm = new Set([...files.slice(0, 3), 'efi/boot/bootaa64.efi', 'efi/boot/grubaa64.efi']);
    const layout = findLayout({ ...evidence, label: 'X', files: arm });
    expect(layout.architecture).toBe('aarch64');
    expect(layout.firmware.aarch64).toMatchObject({ shim: 'efi/boot/bootaa64.efi' });
  });

  it('says what is missing and what to use instead', () => {
    for (const path of files.slice(0, 3)) {
      const less = new Set(files.filter((one) => one !== path));
      expect(() => findLayout({ ...evidence, files: less })).toThrow(
        expect.objectContaining({ code: 'media-invalid', message: expect.stringContaining(path) as string }),
      );
    }
    const treeInfo = parseTreeInfo('[general]\narch = ppc64le\n');
    expect(() => findLayout({ ...evidence, treeInfo })).toThrow(/for ppc64le/);
  });
});
