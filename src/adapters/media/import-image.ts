import { Problem } from '../../domain/error/problem.ts';
import type { Image } from '../../domain/media/image.ts';
import { checkedName, nameFrom } from '../../domain/media/name.ts';
import type { ImageStore } from '../../domain/media/store.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { isRef } from '../../protocol/ostree/object-name.ts';
import type { ImportProgress } from './effort.ts';
import { importProblem } from './failure.ts';
import type { Subject } from './failure.ts';
import { runImport } from './run-import.ts';
import { commitStaging, discard, makeStaging, removeNamed } from './staging.ts';

/** The ref that `ocne image create --type ostree` writes. */
export const DEFAULT_REF = 'ock';

export interface ImageImport {
  /** A directory (archive repository or OCI layout) or an archive file. */
  readonly path: string;
  /** Default: `ock`. */
  readonly ref?: string | undefined;
  /** Default: made from the ref. */
  readonly name?: string | undefined;
  readonly progress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ImageImportSurroundings {
  readonly directory: string;
  readonly store: ImageStore;
  readonly clock: Clock;
  /** Bytes to leave free on the disk of the library. */
  readonly reserve: number;
}

/**
 * Imports an operating system image. Either all of it is in the library and in the store afterwards, every object
 * verified, or nothing.
 *
 * @throws Problem `image-invalid`, `image-exists`, `input-invalid`, `storage-full`
 */
export async function importImage(order: ImageImport, around: ImageImportSurroundings): Promise<Image> {
  const subject: Subject = { kind: 'image', path: order.path };
  const ref = order.ref ?? DEFAULT_REF;
  if (!isRef(ref))
    throw new Problem('input-invalid', `${JSON.stringify(ref.slice(0, 80))} cannot be the name of a ref.`);
  const name = order.name === undefined ? nameFrom(ref, 'image') : checkedName(order.name);
  if ((await around.store.get(name)) !== undefined)
    throw new Problem('image-exists', `An image named ${name} exists.`);
  const { directory, store, reserve } = around;
  let staging: string | undefined;
  try {
    staging = await makeStaging(directory);
    const outcome = await runImport(
      { kind: 'image', path: order.path, name, ref, staging, importedAt: around.clock.now() },
      { reserve, progress: order.progress, signal: order.signal },
    );
    if (outcome.kind !== 'image') throw new Error('The thread answered for a medium.');
    await commitStaging(staging, directory, name);
    try {
      await store.add(outcome.image);
    } catch (error) {
      await removeNamed(directory, name);
      throw error;
    }
    return outcome.image;
  } catch (error) {
    if (staging !== undefined) await discard(staging);
    if (order.signal?.aborted === true && error === order.signal.reason) throw error;
    throw importProblem(error, subject);
  }
}
