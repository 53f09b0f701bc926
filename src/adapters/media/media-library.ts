import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Medium } from '../../domain/media/medium.ts';
import { contentTypeOf } from '../http/content/served-file.ts';
import type { FileLibrary, ServedFile } from '../http/content/served-file.ts';
import { importMedium } from './import-medium.ts';
import type { MediumImport } from './import-medium.ts';
import { Library } from './library.ts';
import { MEDIUM_MANIFEST, parseMediumManifest } from './manifest.ts';
import type { MediumFile } from './manifest.ts';

type Files = ReadonlyMap<string, MediumFile>;

/** Installer media and the files in them. Only what a manifest lists exists. */
export class MediaLibrary extends Library<Medium> implements FileLibrary {
  protected readonly manifestName = MEDIUM_MANIFEST;
  readonly #files = new Map<string, Promise<Files>>();

  protected parseManifest(text: string): Medium {
    return parseMediumManifest(text).medium;
  }

  protected forget(name: string): void {
    this.#files.delete(name);
  }

  /** @throws Problem */
  import(order: MediumImport): Promise<Medium> {
    const { directory, store, clock, reserve } = this;
    return this.exclusively(async () =>
      this.remember(await importMedium(order, { directory, store, clock, reserve })),
    );
  }

  /** A file of a medium, by its path in the tree; undefined when there is none. */
  async openFile(name: string, path: string): Promise<ServedFile | undefined> {
    const medium = this.get(name);
    if (medium === undefined) return undefined;
    const file = (await this.#filesOf(name)).get(path);
    if (file === undefined) return undefined;
    const place = join(this.directory, name, 'tree', file.stored ?? file.path);
    return {
      size: file.size,
      etag: `"${file.sha256}"`,
      lastModified: medium.importedAt,
      contentType: contentTypeOf(path),
      open: () => open(place, constants.O_RDONLY | constants.O_NOFOLLOW),
    };
  }

  #filesOf(name: string): Promise<Files> {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const reading = this.#readFiles(name);
    this.#files.set(name, reading);
    // A disk that was away may come back.
    reading.catch(() => this.#files.delete(name));
    return reading.catch(() => new Map<string, MediumFile>());
  }

  async #readFiles(name: string): Promise<Files> {
    const text = await readFile(join(this.directory, name, MEDIUM_MANIFEST), 'utf8');
    return new Map(parseMediumManifest(text).files.map((file) => [file.path, file]));
  }
}
