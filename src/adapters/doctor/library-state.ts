import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isName } from '../../domain/media/name.ts';
import type { LibraryState } from '../../domain/doctor/snapshot.ts';
import { FirstStageLibrary } from '../boot-files/first-stage.ts';

/** Shim and GRUB come with a medium; these come with this machine. */
const IPXE = [
  'undionly.kpxe',
  'ipxe.efi',
  'snponly.efi',
  'ipxe-ia32.efi',
  'ipxe-arm64.efi',
  'snponly-arm64.efi',
];

/** What lies in the data directory while nobody can be asked. */
export async function readLibrary(data: string): Promise<LibraryState> {
  const noMedia = { list: () => [], openFile: () => Promise.resolve(undefined) };
  const firstStage = new FirstStageLibrary(join(data, 'first-stage'), noMedia, noMedia);
  return {
    media: await names(join(data, 'media')),
    images: await names(join(data, 'images')),
    firstStage: await present(firstStage),
  };
}

async function present(library: FirstStageLibrary): Promise<readonly string[]> {
  const found = await Promise.all(
    IPXE.map(async (name) => ((await library.find(name)) === undefined ? [] : [name])),
  );
  return found.flat();
}

async function names(directory: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && isName(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : undefined;
  }
}
