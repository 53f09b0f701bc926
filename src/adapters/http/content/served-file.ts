import type { FileHandle } from 'node:fs/promises';
import type { Instant } from '../../../domain/time/clock.ts';

/** A file that may be served: what its response headers need, and a way to its bytes. */
export interface ServedFile {
  /** Length in bytes. */
  readonly size: number;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
  readonly lastModified: Instant;
  readonly contentType: string;
  /** The content, if it is small and in memory anyway; `open` works all the same. */
  readonly bytes?: Buffer;
  /** Opens the content; the caller closes it. */
  open(): Promise<FileHandle>;
}

/** Something that has files by name. A path is looked up, never joined: what is not known does not exist. */
export interface FileLibrary {
  openFile(name: string, path: string): Promise<ServedFile | undefined>;
}

/**
 * The media type of a path. UEFI HTTP Boot recognises a program by `application/efi`; failing that EDK2 compares the
 * ending of the URL with `.efi`, in lower case only, and the ISO spells it `BOOTX64.EFI`.
 */
export function contentTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name.endsWith('.efi')) return 'application/efi';
  if (
    name === '.treeinfo' ||
    name === '.discinfo' ||
    name === 'config' ||
    /\.(cfg|conf|repo|txt)$/.test(name)
  )
    return 'text/plain; charset=utf-8';
  return 'application/octet-stream';
}
