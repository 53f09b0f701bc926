import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirstStageFile } from '../../domain/boot/first-stage.ts';
import type { FirmwareFiles, Medium, MediumArchitecture } from '../../domain/media/medium.ts';
import type { FileLibrary, ServedFile } from '../http/content/served-file.ts';

/**
 * Where distributions put iPXE. Debian: package `ipxe`; Oracle Linux: `ipxe-bootimgs`, with the architecture in the
 * name.
 */
const IPXE_PLACES: Readonly<Partial<Record<FirstStageFile, readonly string[]>>> = {
  'undionly.kpxe': ['/usr/lib/ipxe/undionly.kpxe', '/usr/share/ipxe/undionly.kpxe'],
  'ipxe.efi': ['/usr/lib/ipxe/ipxe.efi', '/usr/share/ipxe/ipxe-x86_64.efi'],
  'snponly.efi': ['/usr/lib/ipxe/snponly.efi', '/usr/share/ipxe/ipxe-snponly-x86_64.efi'],
  'ipxe-ia32.efi': ['/usr/lib/ipxe/ipxe-i386.efi', '/usr/share/ipxe/ipxe-i386.efi'],
  'ipxe-arm64.efi': ['/usr/lib/ipxe/ipxe-arm64.efi', '/usr/share/ipxe/arm64-efi/ipxe.efi'],
  'snponly-arm64.efi': ['/usr/lib/ipxe/snponly-arm64.efi', '/usr/share/ipxe/arm64-efi/snponly.efi'],
};

/** Shim and GRUB are those that a medium's vendor signed. */
const FROM_MEDIA: Readonly<
  Partial<Record<FirstStageFile, readonly [MediumArchitecture, keyof FirmwareFiles]>>
> = {
  'shimx64.efi': ['x86_64', 'shim'],
  'grubx64.efi': ['x86_64', 'grub'],
  'shimaa64.efi': ['aarch64', 'shim'],
  'grubaa64.efi': ['aarch64', 'grub'],
};

const NAMES = new Set<string>([...Object.keys(IPXE_PLACES), ...Object.keys(FROM_MEDIA)]);

/** The media there are right now, from memory. */
export interface MediaList {
  list(): readonly Medium[];
}

function isFirstStageFile(name: string): name is FirstStageFile {
  return NAMES.has(name);
}

/**
 * The first programs that machines run, found on this machine: in `DATA/first-stage` (the administrator's own builds
 * win), in the distribution's packages, and on imported media.
 */
export class FirstStageLibrary {
  readonly #directory: string;
  readonly #media: MediaList;
  readonly #mediaFiles: FileLibrary;
  #available: ReadonlySet<FirstStageFile> = new Set();

  constructor(directory: string, media: MediaList, mediaFiles: FileLibrary) {
    this.#directory = directory;
    this.#media = media;
    this.#mediaFiles = mediaFiles;
  }

  /** A file by its fixed name; undefined for any other name and for one this machine does not have. */
  async find(name: string): Promise<ServedFile | undefined> {
    if (!isFirstStageFile(name)) return undefined;
    for (const path of [join(this.#directory, name), ...(IPXE_PLACES[name] ?? [])]) {
      const file = await servedFile(path);
      if (file !== undefined) return file;
    }
    return this.#fromMedia(name);
  }

  /**
   * Whether a file can be served. DHCP asks for every packet, so files of this machine are as of the last look; those of a
   * medium are there from the moment it is imported, as the host that it was imported for may be starting already.
   */
  has(name: FirstStageFile): boolean {
    return this.#available.has(name) || this.#pathsOnMedia(name).length > 0;
  }

  /** Looks again, since packages are installed and media imported while we run. */
  async refresh(): Promise<void> {
    const all = [...NAMES].filter(isFirstStageFile);
    const found = await Promise.all(
      all.map(async (name) => ((await this.find(name)) === undefined ? [] : [name])),
    );
    this.#available = new Set(found.flat());
  }

  /** The names that can be served, for `doctor`. */
  available(): readonly FirstStageFile[] {
    return [...this.#available];
  }

  async #fromMedia(name: FirstStageFile): Promise<ServedFile | undefined> {
    for (const [medium, path] of this.#pathsOnMedia(name)) {
      const file = await this.#mediaFiles.openFile(medium, path);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** Where media have a file, best first: the newest has the newest revocation level (SBAT); firmware may refuse older shims. */
  #pathsOnMedia(name: FirstStageFile): readonly (readonly [medium: string, path: string])[] {
    const [architecture, kind] = FROM_MEDIA[name] ?? [];
    if (architecture === undefined || kind === undefined) return [];
    return [...this.#media.list()]
      .sort((one, other) => other.importedAt - one.importedAt)
      .flatMap((medium) => {
        const path = medium.firmware[architecture]?.[kind];
        return path === undefined ? [] : [[medium.name, path] as const];
      });
  }
}

async function servedFile(path: string): Promise<ServedFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  return {
    size: found.size,
    etag: `"${found.ino.toString(36)}-${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`,
    lastModified: found.mtimeMs,
    contentType: 'application/efi',
    open: () => open(path, 'r'),
  };
}
