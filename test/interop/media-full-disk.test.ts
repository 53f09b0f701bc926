import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaLibrary } from '../../src/adapters/media/media-library.ts';
import { memoryMediaStore } from '../fakes/media-stores.ts';
import { missingTools, namesIn, run, workplace, write } from './media-tools.ts';

const missing = missingTools('Import to a full disk', ['xorriso', 'mount', 'umount']);
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('Import to a full disk is left out: only root can mount a small disk.');

describe.skipIf(missing.length > 0 || !isRoot)('importing to a disk that is too small', () => {
  const place = workplace();
  const disk = join(place.path, 'disk');
  const iso = join(place.path, 'a.iso');

  beforeAll(() => {
    mkdirSync(disk);
    run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk);
    const tree = join(place.path, 'tree');
    write(join(tree, 'images/pxeboot/vmlinuz'), randomBytes(100_000));
    write(join(tree, 'images/pxeboot/initrd.img'), randomBytes(100_000));
    write(join(tree, 'images/install.img'), randomBytes(8_000_000));
    run('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-V', 'OL', '-o', iso, tree);
  });
  afterAll(() => {
    run('umount', disk);
    place.remove();
  });

  it.each([
    ['fills it', 0],
    ['would eat into the reserve', 1024 * 1024],
  ])('says so and gives the space back when it %s', async (_case, reserve) => {
    const store = memoryMediaStore();
    const clock = { now: () => 0 };
    const library = new MediaLibrary({ directory: join(disk, 'media'), store, clock, reserve });
    await library.start();
    await expect(library.import({ file: iso, name: 'big' })).rejects.toMatchObject({ code: 'storage-full' });
    expect(namesIn(join(disk, 'media'))).toEqual([]);
    expect(await store.list()).toEqual([]);
  });
});
