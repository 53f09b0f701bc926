import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBootCatalog } from '../../../../src/protocol/iso9660/el-torito.ts';
import { IsoError } from '../../../../src/protocol/iso9660/error.ts';
import { ChecksumMeter, implantedChecksum } from '../../../../src/protocol/iso9660/implanted-checksum.ts';
import { DEFAULT_LIMITS, readTree } from '../../../../src/protocol/iso9660/tree.ts';
import type { IsoEntry, IsoLimits } from '../../../../src/protocol/iso9660/tree.ts';
import { readVolume } from '../../../../src/protocol/iso9660/volume.ts';
import { IsoBuilder, memory } from './iso-builder.ts';
import type { Node } from './iso-builder.ts';

const TREE: Record<string, Node> = {
  images: { dir: { pxeboot: { dir: { vmlinuz: { data: Buffer.alloc(5000, 'k') } } } } },
  'a Name.with-Case': { data: Buffer.from('hello') },
  link: { link: '../up/./images' },
  empty: { data: Buffer.alloc(0) },
};

async function treeOf(bytes: Buffer, limits?: Partial<IsoLimits>): Promise<IsoEntry[]> {
  const source = memory(bytes);
  return readTree(source, await readVolume(source), { ...DEFAULT_LIMITS, ...limits });
}

function content(bytes: Buffer, entries: readonly IsoEntry[], path: string): Buffer {
  const file = entries.find((entry) => entry.path === path);
  if (file?.kind !== 'file') throw new Error(`${path} is no file`);
  return Buffer.concat(file.extents.map((one) => bytes.subarray(one.offset, one.offset + one.length)));
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof IsoError ? error.fault : `no IsoError but ${String(error)}`;
}

describe('reading an ISO 9660 image', () => {
  it('lists a Rock Ridge tree with its names, links and contents', async () => {
    const bytes = new IsoBuilder({ label: 'OL-8-10-0-BaseOS-x86_64' }).build(TREE);
    const entries = await treeOf(bytes);
    expect(entries.map((entry) => `${entry.kind} ${entry.path}`).sort()).toEqual([
      'directory images',
      'directory images/pxeboot',
      'file a Name.with-Case',
      'file empty',
      'file images/pxeboot/vmlinuz',
      'symlink link',
    ]);
    expect(content(bytes, entries, 'a Name.with-Case').toString()).toBe('hello');
    expect(content(bytes, entries, 'images/pxeboot/vmlinuz').equals(Buffer.alloc(5000, 'k'))).toBe(true);
    expect(entries.find((entry) => entry.kind === 'symlink')).toMatchObject({ target: '../up/./images' });
    expect((await readVolume(memory(bytes))).label).toBe('OL-8-10-0-BaseOS-x86_64');
  });

  it('takes Joliet names where there is no Rock Ridge', async () => {
    const tree = Object.fromEntries(Object.entries(TREE).filter(([, node]) => !('link' in node)));
    const paths = (await treeOf(new IsoBuilder({ naming: 'joliet' }).build(tree))).map((one) => one.path);
    expect(paths).toContain('a Name.with-Case');
  });

  it('presents plain names as Linux does: lower case, without version', async () => {
    const bytes = new IsoBuilder({ naming: 'plain' }).build({
      IMAGES: { dir: { 'VMLINUZ.': { data: Buffer.from('k') } } },
    });
    expect((await treeOf(bytes)).map((one) => one.path)).toEqual(['images', 'images/vmlinuz']);
  });

  it('joins the extents of a file of 4 GiB and more', async () => {
    const data = Buffer.from(Array.from({ length: 9000 }, (_, index) => index % 251));
    const bytes = new IsoBuilder().build({ big: { data, parts: 3 } });
    const entries = await treeOf(bytes);
    expect(entries).toHaveLength(1);
    expect(content(bytes, entries, 'big').equals(data)).toBe(true);
  });

  it('reads a directory of many sectors', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `file-${String(index).padStart(4, '0')}`);
    const tree = Object.fromEntries(names.map((name) => [name, { data: Buffer.from(name) }]));
    expect((await treeOf(new IsoBuilder().build(tree))).map((one) => one.path)).toEqual(names);
  });

  it('lists what firmware can boot', async () => {
    const bytes = new IsoBuilder().build(TREE);
    const { bootCatalog = 0 } = await readVolume(memory(bytes));
    expect(await readBootCatalog(memory(bytes), bootCatalog)).toEqual([
      { platform: 'bios', bootable: true, noEmulation: true, offset: 30 * 2048, sectors: 4 },
      { platform: 'uefi', bootable: true, noEmulation: true, offset: 31 * 2048, sectors: 0 },
    ]);
  });

  it('checks the checksum that isomd5sum puts in, and notices a changed bit', async () => {
    const bytes = new IsoBuilder().build(TREE);
    const covers = bytes.length - 2 * 2048;
    const area = 16 * 2048 + 883;
    bytes.fill(0x20, area, area + 512);
    const md5 = createHash('md5').update(bytes.subarray(0, covers)).digest('hex');
    bytes.write(`ISO MD5SUM = ${md5};SKIPSECTORS = 2;RHLISOSTATUS=0;`, area, 'latin1');
    const expected = implantedChecksum(await readVolume(memory(bytes)));
    expect(expected).toEqual({ md5, covers });
    const check = (image: Buffer, piece: number): boolean => {
      const meter = new ChecksumMeter(expected ?? { md5, covers });
      for (let at = 0; at < image.length; at += piece) meter.update(image.subarray(at, at + piece));
      return meter.matches();
    };
    for (const piece of [100, 2048, 33_000, bytes.length]) expect(check(bytes, piece)).toBe(true);
    bytes.writeUInt8(bytes.readUInt8(20 * 2048) ^ 1, 20 * 2048);
    expect(check(bytes, 2048)).toBe(false);
  });
});

describe('an image that lies', () => {
  const build = (tree: Record<string, Node>): Buffer => new IsoBuilder().build(tree);

  it.each(['..', '.', 'a/b', '/etc', 'a\\b', 'nul\0', 'line\nfeed', 'esc\u001b[0m', '\u0085'])(
    'is refused for the name %j',
    async (rockName) => {
      expect(await faultOf(treeOf(build({ file: { data: Buffer.from('x'), rockName } })))).toBe('hostile');
      expect(await faultOf(treeOf(build({ dir: { dir: {}, rockName } })))).toBe('hostile');
    },
  );

  it('is refused for two entries of one name', async () => {
    const twice = build({ a: { data: Buffer.from('x') }, b: { data: Buffer.from('y'), rockName: 'a' } });
    expect(await faultOf(treeOf(twice))).toBe('corrupt');
  });

  it('is refused for a device', async () => {
    expect(await faultOf(treeOf(build({ null: { data: Buffer.alloc(0), mode: 0o020666 } })))).toBe('hostile');
  });

  it('is refused for a directory that contains itself', async () => {
    const builder = new IsoBuilder({ naming: 'plain' });
    // The root directory of a tree without anything stored before it is block 20.
    const loop = builder.record({ name: Buffer.from('LOOP'), block: 20, size: 2048, flags: 2 });
    expect(await faultOf(treeOf(builder.build({}, [loop])))).toBe('hostile');
  });

  it('is refused for continuation areas in a circle', async () => {
    const builder = new IsoBuilder();
    const ce = Buffer.alloc(28);
    ce.write('CE', 0, 'latin1');
    ce.writeUInt8(28, 2);
    ce.writeUInt32LE(21, 4);
    ce.writeUInt32LE(28, 20);
    const record = builder.record({ name: Buffer.from('X;1'), block: 20, size: 0, systemUse: ce });
    const bytes = Buffer.concat([builder.build({}, [record]), Buffer.alloc(2048)]);
    ce.copy(bytes, 21 * 2048);
    expect(await faultOf(treeOf(bytes))).toBe('hostile');
  });

  it('is refused when a file or a directory lies outside of it', async () => {
    for (const flags of [0, 2]) {
      const builder = new IsoBuilder({ naming: 'plain' });
      const far = builder.record({ name: Buffer.from('FAR'), block: 4_000_000_000, size: 2048, flags });
      expect(await faultOf(treeOf(builder.build({}, [far])))).toBe('truncated');
    }
  });

  it('is refused at every length shorter than it claims', async () => {
    const bytes = build(TREE);
    for (let length = 0; length < bytes.length; length += 511) {
      expect(await faultOf(treeOf(bytes.subarray(0, length)))).toMatch(/^(truncated|not-iso)$/);
    }
  });

  it('is refused beyond the limits', async () => {
    const deep = build({ a: { dir: { b: { dir: { c: { dir: {} } } } } } });
    expect(await faultOf(treeOf(deep, { depth: 2 }))).toBe('limit');
    expect(await faultOf(treeOf(build(TREE), { entries: 3 }))).toBe('limit');
    expect(await faultOf(treeOf(build(TREE), { directoryBytes: 1000 }))).toBe('limit');
  });

  it('never causes anything but an IsoError or a safe listing, whatever bytes change', async () => {
    const images = (['rock-ridge', 'joliet', 'plain'] as const).map((naming) => {
      const { link, ...rest } = TREE;
      const tree = naming === 'rock-ridge' && link !== undefined ? { ...rest, link } : rest;
      return new IsoBuilder({ naming }).build(tree);
    });
    const change = fc.record({
      // Most bytes of an image are content; the structure is where it hurts.
      at: fc.oneof(
        fc.integer({ min: 16 * 2048, max: 30 * 2048 }),
        fc.integer({ min: 20 * 2048, max: 21 * 2048 }),
      ),
      value: fc.oneof(
        fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff, 0x2f, 0x2e),
        fc.integer({ min: 0, max: 255 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...images),
        fc.array(change, { minLength: 1, maxLength: 12 }),
        async (image, changes) => {
          const bytes = Buffer.from(image);
          for (const { at, value } of changes) if (at < bytes.length) bytes.writeUInt8(value, at);
          let entries: IsoEntry[];
          try {
            const volume = await readVolume(memory(bytes));
            if (volume.bootCatalog !== undefined)
              await readBootCatalog(memory(bytes), volume.bootCatalog).catch((error: unknown) => {
                if (!(error instanceof IsoError)) throw error;
              });
            entries = await readTree(memory(bytes), volume);
          } catch (error) {
            if (error instanceof IsoError) return;
            throw error;
          }
          for (const entry of entries) {
            expect(entry.path).not.toMatch(/(^|\/)\.{0,2}(\/|$)|\0/);
            if (entry.kind === 'file')
              for (const { offset, length } of entry.extents)
                expect(offset + length).toBeLessThanOrEqual(bytes.length);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
