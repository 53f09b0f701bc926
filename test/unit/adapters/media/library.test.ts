import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatMediumManifest } from '../../../../src/adapters/media/manifest.ts';
import { MediaLibrary } from '../../../../src/adapters/media/media-library.ts';
import { ImageLibrary } from '../../../../src/adapters/media/image-library.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';
import type { MediaStore } from '../../../../src/domain/media/store.ts';
import { IsoBuilder } from '../../protocol/iso9660/iso-builder.ts';
import { aMedium, anImage, memoryImageStore, memoryMediaStore } from '../../../fakes/media-stores.ts';

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'hearth-library-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const sha256 = 'c'.repeat(64);

function libraryWith(store: MediaStore): MediaLibrary {
  return new MediaLibrary({ directory: join(place, 'media'), store, clock: { now: () => 42 }, reserve: 0 });
}

/** A complete medium on the disk, as an import leaves it. */
function putMedium(name: string, recordName = name): void {
  const directory = join(place, 'media', name);
  mkdirSync(join(directory, 'tree/images'), { recursive: true });
  writeFileSync(join(directory, 'tree/images/install.img'), 'stage2');
  const files = [
    { path: 'images/install.img', size: 6, sha256 },
    { path: 'install', size: 6, sha256, stored: 'images/install.img' },
  ];
  const manifest = formatMediumManifest({ medium: aMedium({ name: recordName }), files });
  writeFileSync(join(directory, 'medium.json'), manifest);
}

function smallIso(): string {
  const file = join(place, 'small.iso');
  const data = Buffer.from('x');
  const images = {
    dir: { pxeboot: { dir: { vmlinuz: { data }, 'initrd.img': { data } } }, 'install.img': { data } },
  };
  writeFileSync(file, new IsoBuilder({ label: 'OL-9-5-0-BaseOS-x86_64' }).build({ images }));
  return file;
}

describe('a library at start', () => {
  it('deletes what interrupted imports and removals left', async () => {
    for (const name of ['.staging-1', '.removed-2']) {
      mkdirSync(join(place, 'media', name, 'tree'), { recursive: true });
      writeFileSync(join(place, 'media', name, 'tree/file'), 'x');
    }
    const library = libraryWith(memoryMediaStore());
    expect(await library.start()).toEqual({ adopted: [], missing: [], foreign: [] });
    expect(readdirSync(join(place, 'media'))).toEqual([]);
  });

  it('takes up a complete medium that the store does not know', async () => {
    putMedium('ol8');
    const store = memoryMediaStore();
    const library = libraryWith(store);
    expect(await library.start()).toMatchObject({ adopted: ['ol8'] });
    expect(await store.get('ol8')).toEqual(aMedium());
    expect(library.has('ol8')).toBe(true);
  });

  it('reports records without files, and leaves alone what is not its own', async () => {
    putMedium('renamed', 'other');
    mkdirSync(join(place, 'media', 'notes'), { recursive: true });
    const store = memoryMediaStore();
    await store.add(aMedium({ name: 'gone' }));
    const library = libraryWith(store);
    expect(await library.start()).toEqual({ adopted: [], missing: ['gone'], foreign: ['notes', 'renamed'] });
    expect(readdirSync(join(place, 'media')).sort()).toEqual(['notes', 'renamed']);
    expect(await library.openFile('gone', 'images/install.img')).toBeUndefined();
  });
});

describe('files of a medium', () => {
  it('exist only if the manifest lists them', async () => {
    putMedium('ol8');
    const library = libraryWith(memoryMediaStore());
    await library.start();
    const file = await library.openFile('ol8', 'images/install.img');
    expect(file).toMatchObject({ size: 6, etag: `"${sha256}"`, lastModified: aMedium().importedAt });
    for (const path of [
      '',
      'images',
      '../medium.json',
      'medium.json',
      'images/../images/install.img',
      '/images/install.img',
    ])
      expect(await library.openFile('ol8', path), path).toBeUndefined();
    for (const name of ['', '..', '../media/ol8', 'OL8'])
      expect(await library.openFile(name, 'install')).toBeUndefined();
  });

  it('are found under the names of links to them', async () => {
    putMedium('ol8');
    const library = libraryWith(memoryMediaStore());
    await library.start();
    const handle = await (await library.openFile('ol8', 'install'))?.open();
    expect(await handle?.readFile('utf8')).toBe('stage2');
    await handle?.close();
  });
});

describe('importing a medium', () => {
  it('records it with the time of the clock, and a name from its label', async () => {
    const store = memoryMediaStore();
    const library = libraryWith(store);
    await library.start();
    const medium = await library.import({ file: smallIso() });
    expect(medium).toMatchObject({
      name: 'ol-9-5-0-baseos-x86_64',
      version: '9.5',
      importedAt: 42,
      fileCount: 4,
    });
    expect(await store.list()).toEqual([medium]);
    expect(library.list()).toEqual([medium]);
  });

  it('leaves no files when the store refuses the record', async () => {
    const store = memoryMediaStore();
    store.add = () => Promise.reject(new Problem('storage-full', 'The database cannot grow.'));
    const library = libraryWith(store);
    await library.start();
    await expect(library.import({ file: smallIso() })).rejects.toMatchObject({ code: 'storage-full' });
    expect(readdirSync(join(place, 'media'))).toEqual([]);
    expect(library.list()).toEqual([]);
  });

  it('runs one import after the other, so that a name is given once', async () => {
    const library = libraryWith(memoryMediaStore());
    await library.start();
    const both = await Promise.allSettled([
      library.import({ file: smallIso(), name: 'one' }),
      library.import({ file: smallIso(), name: 'one' }),
    ]);
    expect(both.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: { code: 'media-exists' } });
  });

  it('refuses names that are none and files that are not there', async () => {
    const library = libraryWith(memoryMediaStore());
    await library.start();
    await expect(library.import({ file: smallIso(), name: '../up' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    const absent = join(place, 'absent.iso');
    for (const name of [undefined, 'x'])
      await expect(library.import({ file: absent, name })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(readdirSync(join(place, 'media'))).toEqual([]);
  });

  it('removes a medium with its files', async () => {
    const library = libraryWith(memoryMediaStore());
    await library.start();
    await library.import({ file: smallIso(), name: 'one' });
    expect(await library.openFile('one', '.treeinfo')).toBeDefined();
    expect(await library.remove('one')).toBe(true);
    expect(await library.remove('one')).toBe(false);
    expect(await library.openFile('one', '.treeinfo')).toBeUndefined();
    expect(readdirSync(join(place, 'media'))).toEqual([]);
  });
});

describe('files of an image', () => {
  it('are only what a pull asks for, and never what a link leads to', async () => {
    const store = memoryImageStore();
    await store.add(anImage());
    const library = new ImageLibrary({ directory: join(place, 'images'), store, clock: { now: () => 1 } });
    const repo = join(place, 'images/ock/repo');
    mkdirSync(join(repo, 'refs/heads'), { recursive: true });
    writeFileSync(join(repo, 'config'), '[core]\n');
    writeFileSync(join(repo, 'refs/heads/ock'), 'b'.repeat(64));
    writeFileSync(join(repo, '.lock'), '');
    await library.start();
    expect(await library.openFile('ock', 'config')).toMatchObject({ size: 7 });
    expect(await library.openFile('ock', 'refs/heads/ock')).toMatchObject({ size: 64 });
    for (const path of ['.lock', 'refs/heads', 'refs/heads/other', '../image.json', 'summary'])
      expect(await library.openFile('ock', path), path).toBeUndefined();
    expect(await library.openFile('other', 'config')).toBeUndefined();
  });
});
