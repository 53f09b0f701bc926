import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirstStageFile } from '../../domain/boot/first-stage.ts';
import type { FirmwareFiles, MediumArchitecture } from '../../domain/media/medium.ts';
import type { MediaStore } from '../../domain/media/store.ts';
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

function isFirstStageFile(name: string): name is FirstStageFile {
  return NAMES.has(name);
}

/**
 * The first programs that machines run, found on this machine: in `DATA/first-stage` (the administrator's own builds
 * win), in the distribution's packages, and on imported media.
 */
export class FirstStageLibrary {
  readonly #directory: string;
  readonly #media: MediaStore;
  readonly #mediaFiles: FileLibrary;
  #available: ReadonlySet<FirstStageFile> = new Set();

  constructor(directory: string, media: MediaStore, mediaFiles: FileLibrary) {
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

  /** Whether a file can be served, as of the last look: DHCP asks for every packet. */
  has(name: FirstStageFile): boolean {
    return this.#available.has(name);
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
    const [architecture, kind] = FROM_MEDIA[name] ?? [];
    if (architecture === undefined || kind === undefined) return undefined;
    // The newest medium has the newest revocation level (SBAT); an older shim may be refused by firmware.
    const media = [...(await this.#media.list())].sort((one, other) => other.importedAt - one.importedAt);
    for (const medium of media) {
      const path = medium.firmware[architecture]?.[kind];
      const file = path === undefined ? undefined : await this.#mediaFiles.openFile(medium.name, path);
      if (file !== undefined) return file;
    }
    return undefined;
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
