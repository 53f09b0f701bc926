import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FirstStageLibrary } from '../../../../src/adapters/boot-files/first-stage.ts';
import type { ServedFile } from '../../../../src/adapters/http/content/served-file.ts';
import { LOCAL_DISK_FILE } from '../../../../src/domain/boot/plan.ts';
import type { Medium } from '../../../../src/domain/media/medium.ts';
import { aMedium } from '../../../fakes/media-stores.ts';

const FIRMWARE = { x86_64: { shim: 'EFI/BOOT/BOOTX64.EFI', grub: 'EFI/BOOT/grubx64.efi' } };

let directory: string;
let media: Medium[];
let library: FirstStageLibrary;

/** A file whose etag says where it is from. */
function fileOf(medium: string, path: string): ServedFile {
  const open = () => Promise.reject(new Error('nobody reads it'));
  return { size: 1, etag: `"${medium}/${path}"`, lastModified: 0, contentType: 'application/efi', open };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hearth-first-stage-'));
  media = [];
  library = new FirstStageLibrary(
    directory,
    { list: () => media },
    { openFile: (name, path) => Promise.resolve(fileOf(name, path)) },
  );
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the first stages', () => {
  it('of a medium are there from the moment it is imported, and gone with it', () => {
    expect(library.has('shimx64.efi')).toBe(false);
    media.push(aMedium({ firmware: FIRMWARE }));
    expect(library.has('shimx64.efi')).toBe(true);
    expect(library.has('shimaa64.efi')).toBe(false);
    media.pop();
    expect(library.has('shimx64.efi')).toBe(false);
  });

  it('come from the newest medium, which has the newest revocation level', async () => {
    media.push(aMedium({ name: 'old', firmware: FIRMWARE, importedAt: 1 }));
    media.push(aMedium({ name: 'new', firmware: FIRMWARE, importedAt: 2 }));
    media.push(aMedium({ name: 'newest-without', firmware: {}, importedAt: 3 }));
    expect((await library.find('grubx64.efi'))?.etag).toBe('"new/EFI/BOOT/grubx64.efi"');
  });

  it('of the administrator win', async () => {
    media.push(aMedium({ firmware: FIRMWARE }));
    await writeFile(join(directory, 'shimx64.efi'), 'own');
    expect((await library.find('shimx64.efi'))?.size).toBe(3);
  });

  it('have no name for the way to the local disk, whatever lies in the folder', async () => {
    await writeFile(join(directory, LOCAL_DISK_FILE), 'not this one');
    expect(await library.find(LOCAL_DISK_FILE)).toBeUndefined();
    expect(await library.find('../hearth.db')).toBeUndefined();
  });
});
