import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../../domain/media/image.ts';
import { isServedPath } from '../../protocol/ostree/object-name.ts';
import { contentTypeOf } from '../http/content/served-file.ts';
import type { FileLibrary, ServedFile } from '../http/content/served-file.ts';
import { importImage } from './import-image.ts';
import type { ImageImport } from './import-image.ts';
import { Library } from './library.ts';
import { IMAGE_MANIFEST, parseImageManifest } from './manifest.ts';

/** OSTree images and the files of their repositories. Only paths that a pull can ask for exist. */
export class ImageLibrary extends Library<Image> implements FileLibrary {
  protected readonly manifestName = IMAGE_MANIFEST;

  protected parseManifest(text: string): Image {
    return parseImageManifest(text);
  }

  protected forget(): void {
    // Nothing is cached of an image: its paths say everything.
  }

  /** @throws Problem */
  import(order: ImageImport): Promise<Image> {
    const { directory, store, clock, reserve } = this;
    return this.exclusively(async () =>
      this.remember(await importImage(order, { directory, store, clock, reserve })),
    );
  }

  /** A file of an image's repository, such as `refs/heads/ock`; undefined when there is none. */
  async openFile(name: string, path: string): Promise<ServedFile | undefined> {
    if (!this.has(name) || !isServedPath(path)) return undefined;
    const place = join(this.directory, name, 'repo', path);
    let stats;
    try {
      stats = await lstat(place);
    } catch {
      return undefined;
    }
    if (!stats.isFile()) return undefined;
    return {
      size: stats.size,
      // Files are never changed in place; another import has another time.
      etag: `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`,
      lastModified: stats.mtimeMs,
      contentType: contentTypeOf(path),
      open: () => open(place, constants.O_RDONLY | constants.O_NOFOLLOW),
    };
  }
}
