import { constants } from 'node:fs';
import { lstat, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../../domain/media/image.ts';
import { isServedPath } from '../../protocol/ostree/object-name.ts';
import { contentTypeOf } from '../http/content/served-file.ts';
import type { FileLibrary, ServedFile } from '../http/content/served-file.ts';
import { importImage } from './import-image.ts';
import type { ImageImport } from './import-image.ts';
import { Library } from './library.ts';
import { IMAGE_MANIFEST, parseImageManifest } from './manifest.ts';
import { SmallFileCache } from './small-file-cache.ts';

/** Nine tenths of the objects of an operating system are smaller. */
const SMALL = 64 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW;

/** OSTree images and the files of their repositories. Only paths that a pull can ask for exist. */
export class ImageLibrary extends Library<Image> implements FileLibrary {
  protected readonly manifestName = IMAGE_MANIFEST;
  readonly #cache = new SmallFileCache(CACHE_BYTES);

  protected parseManifest(text: string): Image {
    return parseImageManifest(text);
  }

  protected forget(name: string): void {
    this.#cache.forget(name);
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
    const image = this.get(name);
    if (image === undefined || !isServedPath(path)) return undefined;
    const held = this.#cache.get(name, path);
    if (held !== undefined) return held;
    const place = join(this.directory, name, 'repo', path);
    let stats;
    try {
      stats = await lstat(place);
    } catch {
      return undefined;
    }
    if (!stats.isFile()) return undefined;
    const file: ServedFile = {
      size: stats.size,
      // Files are never changed in place; another import has another time.
      etag: `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`,
      lastModified: stats.mtimeMs,
      contentType: contentTypeOf(path),
      open: () => open(place, FLAGS),
    };
    if (stats.size > SMALL) return file;
    return this.#hold(image, path, place, file);
  }

  async #hold(image: Image, path: string, place: string, file: ServedFile): Promise<ServedFile | undefined> {
    let bytes;
    try {
      bytes = await readFile(place, { flag: FLAGS });
    } catch {
      return undefined;
    }
    if (bytes.length !== file.size) return file;
    const held = { ...file, bytes };
    // The image may have been removed, and even replaced, while the disk was busy.
    if (this.get(image.name) === image) this.#cache.put(image.name, path, held);
    return held;
  }
}
