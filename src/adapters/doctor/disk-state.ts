import { access, constants, statfs } from 'node:fs/promises';
import type { DiskState } from '../../domain/doctor/snapshot.ts';

export async function readDisk(directory: string): Promise<DiskState | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    const writable = await access(directory, constants.W_OK).then(
      () => true,
      () => false,
    );
    return { directory, freeBytes: bavail * bsize, totalBytes: blocks * bsize, writable };
  } catch {
    return undefined;
  }
}
