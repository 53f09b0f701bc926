import { open } from 'node:fs/promises';
import { Problem } from '../../domain/error/problem.ts';
import type { Medium } from '../../domain/media/medium.ts';
import { checkedName, nameFrom } from '../../domain/media/name.ts';
import type { MediaStore } from '../../domain/media/store.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { readVolume } from '../../protocol/iso9660/volume.ts';
import type { ImportProgress } from './effort.ts';
import { importProblem, invalid } from './failure.ts';
import type { Subject } from './failure.ts';
import { runImport } from './run-import.ts';
import { commitStaging, discard, makeStaging, removeNamed } from './staging.ts';

export interface MediumImport {
  /** Path of the ISO. */
  readonly file: string;
  /** Default: made from the volume label. */
  readonly name?: string | undefined;
  /** Take over packages and their repositories too; OCK's `ostreesetup` needs none. */
  readonly all?: boolean | undefined;
  readonly progress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MediumImportSurroundings {
  readonly directory: string;
  readonly store: MediaStore;
  readonly clock: Clock;
  /** Bytes to leave free on the disk of the library. */
  readonly reserve: number;
}

/**
 * Imports an installer ISO. Either it is in the library and in the store afterwards, or in neither.
 *
 * @throws Problem `media-invalid`, `media-exists`, `input-invalid`, `storage-full`
 */
export async function importMedium(order: MediumImport, around: MediumImportSurroundings): Promise<Medium> {
  const subject: Subject = { kind: 'medium', path: order.file };
  const name = order.name === undefined ? await nameOf(subject) : checkedName(order.name);
  if ((await around.store.get(name)) !== undefined)
    throw new Problem('media-exists', `A medium named ${name} exists.`);
  const { directory, store, reserve } = around;
  let staging: string | undefined;
  try {
    staging = await makeStaging(directory);
    const outcome = await runImport(
      {
        kind: 'medium',
        file: order.file,
        name,
        staging,
        all: order.all ?? false,
        importedAt: around.clock.now(),
      },
      { reserve, progress: order.progress, signal: order.signal },
    );
    if (outcome.kind !== 'medium') throw new Error('The thread answered for an image.');
    await commitStaging(staging, directory, name);
    try {
      await store.add(outcome.medium);
    } catch (error) {
      await removeNamed(directory, name);
      throw error;
    }
    return outcome.medium;
  } catch (error) {
    if (staging !== undefined) await discard(staging);
    if (order.signal?.aborted === true && error === order.signal.reason) throw error;
    throw importProblem(error, subject);
  }
}

/** The default name, from the volume label: two small reads, so that a clash is known before an hour of copying. */
async function nameOf(subject: Subject): Promise<string> {
  try {
    const handle = await open(subject.path, 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw invalid(subject, 'This is not a file.');
      const volume = await readVolume({
        size: stats.size,
        read: async (offset, length) => {
          const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
          return buffer.subarray(0, bytesRead);
        },
      });
      return nameFrom(volume.label, 'medium');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw importProblem(error, subject);
  }
}
