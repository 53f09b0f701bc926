import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaLibrary } from '../../src/adapters/media/media-library.ts';
import { mediaRouter } from '../../src/adapters/http/content/router.ts';
import { memoryMediaStore } from '../fakes/media-stores.ts';
import { missingTools, namesIn, run, runAside, serve, workplace, write } from './media-tools.ts';

const LABEL = 'OL-8-10-0-BaseOS-x86_64';
const missing = missingTools('ISO import', ['xorriso', 'implantisomd5', 'curl']);

describe.skipIf(missing.length > 0)('importing ISOs that xorriso made', () => {
  const place = workplace();
  const tree = join(place.path, 'tree');
  const iso = join(place.path, 'ol8.iso');
  const libraryAt = join(place.path, 'media');
  const library = new MediaLibrary({
    directory: libraryAt,
    store: memoryMediaStore(),
    clock: { now: () => 1_700_000_000_000 },
    reserve: 0,
  });

  /** The layout of Oracle's ISOs, BIOS and UEFI boot images included. */
  function makeIso(target: string, ...extra: string[]): void {
    const bios = ['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', '-no-emul-boot'];
    const uefi = ['-eltorito-alt-boot', '-e', 'images/efiboot.img', '-no-emul-boot'];
    const table = ['-boot-load-size', '4', '-boot-info-table'];
    run(
      ...['xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-V', LABEL, '-o', target],
      ...[...bios, ...table, ...uefi, ...extra, tree],
    );
  }

  beforeAll(async () => {
    write(join(tree, 'images/pxeboot/vmlinuz'), randomBytes(300_001));
    write(join(tree, 'images/pxeboot/initrd.img'), randomBytes(700_003));
    write(join(tree, 'images/install.img'), randomBytes(3_000_017));
    write(join(tree, 'images/efiboot.img'), randomBytes(65_536));
    write(join(tree, 'EFI/BOOT/BOOTX64.EFI'), randomBytes(10_000));
    write(join(tree, 'EFI/BOOT/grubx64.efi'), randomBytes(20_000));
    write(join(tree, 'EFI/BOOT/mmx64.efi'), randomBytes(5_000));
    write(join(tree, 'EFI/BOOT/grub.cfg'), 'menuentry install {}\n');
    write(join(tree, 'isolinux/isolinux.bin'), randomBytes(24_576));
    write(join(tree, 'images/a-name-that-is-much-longer-than-iso9660-allows-by-itself.With.Dots'), 'x');
    write(join(tree, 'images', 'n'.repeat(250)), 'long');
    write(join(tree, 'images/empty'), '');
    write(join(tree, `images/${'deep/'.repeat(12)}file`), 'deep');
    for (let index = 0; index < 200; index += 1)
      write(join(tree, `images/many/file-${index}.txt`), `${index}`);
    write(join(tree, 'BaseOS/Packages/k/kernel.rpm'), randomBytes(50_000));
    write(
      join(tree, '.treeinfo'),
      `[general]\narch = x86_64\nfamily = Oracle Linux\nvariant = BaseOS\nversion = 8.10\n` +
        `[images-x86_64]\nkernel = images/pxeboot/vmlinuz\ninitrd = images/pxeboot/initrd.img\n` +
        `[stage2]\nmainimage = images/install.img\n`,
    );
    symlinkSync('pxeboot/vmlinuz', join(tree, 'images/vmlinuz-link'));
    makeIso(iso);
    run('implantisomd5', '-f', iso);
    await library.start();
  });
  afterAll(place.remove);

  it('takes out the same bytes as xorriso does, and says what the medium is', async () => {
    const phases = new Set<string>();
    const medium = await library.import({ file: iso, name: 'ol8', progress: (p) => phases.add(p.phase) });
    expect(medium).toMatchObject({
      name: 'ol8',
      label: LABEL,
      family: 'Oracle Linux',
      version: '8.10',
      variant: 'BaseOS',
      architecture: 'x86_64',
      selfChecked: true,
      kernel: 'images/pxeboot/vmlinuz',
      firmware: { x86_64: { shim: 'EFI/BOOT/BOOTX64.EFI', grub: 'EFI/BOOT/grubx64.efi' } },
    });
    expect(`${medium.sha256}  ${iso}\n`).toBe(run('sha256sum', iso));
    expect(phases).toEqual(new Set(['hashing', 'extracting']));

    const reference = join(place.path, 'reference');
    run('xorriso', '-osirrox', 'on', '-indev', iso, '-extract', '/', reference);
    run('chmod', '-R', 'u+rwX', reference);
    rmSync(join(reference, 'BaseOS'), { recursive: true });
    rmSync(join(reference, 'images/vmlinuz-link'));
    expect(run('diff', '-r', reference, join(libraryAt, 'ol8', 'tree'))).toBe('');
    expect(namesIn(libraryAt)).toEqual(['ol8']);
  });

  it('takes packages too when asked, and a name from the label', async () => {
    const medium = await library.import({ file: iso, all: true });
    expect(medium.name).toBe('ol-8-10-0-baseos-x86_64');
    expect(await library.openFile(medium.name, 'BaseOS/Packages/k/kernel.rpm')).toMatchObject({
      size: 50_000,
    });
    expect(await library.openFile('ol8', 'BaseOS/Packages/k/kernel.rpm')).toBeUndefined();
    expect(await library.remove(medium.name)).toBe(true);
    expect(namesIn(libraryAt)).toEqual(['ol8']);
  });

  it('writes a .treeinfo for an ISO that has none', async () => {
    const bare = join(place.path, 'bare.iso');
    makeIso(bare, '-m', '.treeinfo');
    const medium = await library.import({ file: bare, name: 'bare' });
    expect(medium).toMatchObject({ family: 'Oracle Linux', version: '8.10', selfChecked: false });
    const file = await library.openFile('bare', '.treeinfo');
    const handle = await file?.open();
    expect(await handle?.readFile('utf8')).toContain('[stage2]\nmainimage = images/install.img\n');
    await handle?.close();
    await library.remove('bare');
  });

  describe('over HTTP', () => {
    let server: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      server = await serve(mediaRouter(library));
    });
    afterAll(() => server.close());
    const kernel = (): Buffer => readFileSync(join(tree, 'images/pxeboot/vmlinuz'));

    it('gives curl whole files, ranges and heads', async () => {
      const url = `${server.url}/media/ol8/images/pxeboot/vmlinuz`;
      const bytes = kernel();
      expect((await runAside('curl', '-sf', url)).stdout.equals(bytes)).toBe(true);
      const range = await runAside('curl', '-sf', '-r', '100-299999', url);
      expect(range.stdout.equals(bytes.subarray(100, 300_000))).toBe(true);
      const tail = await runAside('curl', '-sf', '-r', '-7', url);
      expect(tail.stdout.equals(bytes.subarray(-7))).toBe(true);
      const head = (await runAside('curl', '-sfI', url)).stdout.toString();
      expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
      expect(head).toMatch(/Content-Length: 300001\r\n/);
      expect(
        (
          await runAside('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-r', '400000-', url)
        ).stdout.toString(),
      ).toBe('416');
      expect(
        (await runAside('curl', '-sf', `${server.url}/media/ol8/images/vmlinuz-link`)).stdout.equals(bytes),
      ).toBe(true);
    });

    it('resumes a download that broke off', async () => {
      const half = join(place.path, 'half');
      writeFileSync(half, kernel().subarray(0, 123_456));
      const { code } = await runAside(
        'curl',
        '-sf',
        '-C',
        '-',
        '-o',
        half,
        `${server.url}/media/ol8/images/pxeboot/vmlinuz`,
      );
      expect(code).toBe(0);
      expect(readFileSync(half).equals(kernel())).toBe(true);
    });

    it('takes doubled slashes without a redirect, and knows no way out of the tree', async () => {
      const status = async (path: string): Promise<string> =>
        (
          await runAside(
            'curl',
            '-s',
            '--path-as-is',
            '-o',
            '/dev/null',
            '-w',
            '%{http_code}',
            server.url + path,
          )
        ).stdout.toString();
      expect(await status('//media//ol8///EFI//BOOT/BOOTX64.EFI')).toBe('200');
      expect(await status('/media/ol8/../../../etc/passwd')).toBe('404');
      expect(await status('/media/ol8/%2e%2e/medium.json')).toBe('404');
      expect(await status('/media/ol8/images')).toBe('404');
      expect(await status('/media/..%2f..%2f/x')).toBe('404');
      expect(await status('/media/other/.treeinfo')).toBe('404');
    });
  });

  describe('refuses, and leaves nothing behind,', () => {
    async function refused(file: string, message: RegExp): Promise<void> {
      await expect(library.import({ file, name: 'bad' })).rejects.toMatchObject({
        code: 'media-invalid',
        message: expect.stringMatching(message) as string,
      });
      expect(namesIn(libraryAt)).toEqual(['ol8']);
    }

    it('an ISO cut short', async () => {
      const cut = join(place.path, 'cut.iso');
      cpSync(iso, cut);
      truncateSync(cut, 2_500_000);
      await refused(cut, /volume descriptor says/);
    });

    it('an ISO with a damaged byte, thanks to its implanted checksum', async () => {
      const damaged = join(place.path, 'damaged.iso');
      const bytes = readFileSync(iso);
      const at = Math.floor(bytes.length / 2);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(damaged, bytes);
      await refused(damaged, /checksum that its maker put into it/);
    });

    it('a kernel that .treeinfo has another checksum of', async () => {
      const wrong = join(place.path, 'wrong.iso');
      const info = join(tree, '.treeinfo');
      const before = readFileSync(info, 'utf8');
      writeFileSync(info, `${before}[checksums]\nimages/pxeboot/vmlinuz = sha256:${'0'.repeat(64)}\n`);
      makeIso(wrong);
      writeFileSync(info, before);
      await refused(wrong, /vmlinuz does not match its checksum in \.treeinfo/);
    });

    it('an ISO without an installer', async () => {
      const other = join(place.path, 'other.iso');
      run('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-o', other, join(tree, 'EFI'));
      await refused(other, /has no kernel/);
    });

    it('a link out of the image', async () => {
      const escape = join(place.path, 'escape.iso');
      symlinkSync('../../../etc/passwd', join(tree, 'images/passwd'));
      makeIso(escape);
      rmSync(join(tree, 'images/passwd'));
      await refused(escape, /images\/passwd points out of the image/);
    });

    it('something that is no ISO', async () => {
      await refused(join(tree, 'images/install.img'), /no ISO 9660 volume descriptor/);
      await refused(tree, /This is not a file/);
    });

    it('a name that is taken', async () => {
      await expect(library.import({ file: iso, name: 'ol8' })).rejects.toMatchObject({
        code: 'media-exists',
      });
      expect(library.has('ol8')).toBe(true);
    });

    it('an import that is called off', async () => {
      const controller = new AbortController();
      const order = { file: iso, name: 'off', signal: controller.signal, progress: () => controller.abort() };
      await expect(library.import(order)).rejects.toMatchObject({ name: 'AbortError' });
      expect(namesIn(libraryAt)).toEqual(['ol8']);
    });
  });
});
