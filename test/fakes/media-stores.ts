import { Problem } from '../../src/domain/error/problem.ts';
import type { Image } from '../../src/domain/media/image.ts';
import type { Medium } from '../../src/domain/media/medium.ts';
import type { ImageStore, MediaStore, MetadataStore } from '../../src/domain/media/store.ts';

class MemoryStore<T extends { readonly name: string }> implements MetadataStore<T> {
  readonly #records = new Map<string, T>();
  readonly #exists: 'media-exists' | 'image-exists';

  constructor(exists: 'media-exists' | 'image-exists') {
    this.#exists = exists;
  }

  list(): Promise<readonly T[]> {
    return Promise.resolve([...this.#records.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  get(name: string): Promise<T | undefined> {
    return Promise.resolve(this.#records.get(name));
  }

  add(record: T): Promise<void> {
    if (this.#records.has(record.name))
      return Promise.reject(new Problem(this.#exists, `${record.name} exists.`));
    this.#records.set(record.name, structuredClone(record));
    return Promise.resolve();
  }

  remove(name: string): Promise<boolean> {
    return Promise.resolve(this.#records.delete(name));
  }
}

export function memoryMediaStore(): MediaStore {
  return new MemoryStore<Medium>('media-exists');
}

export function memoryImageStore(): ImageStore {
  return new MemoryStore<Image>('image-exists');
}

/** A medium with every field set; a record that a store must give back unchanged. */
export function aMedium(changes: Partial<Medium> = {}): Medium {
  return {
    name: 'ol8',
    label: 'OL-8-10-0-BaseOS-x86_64',
    family: 'Oracle Linux',
    version: '8.10',
    variant: 'BaseOS',
    architecture: 'x86_64',
    isoSize: 1_000_000_007,
    sha256: 'a'.repeat(64),
    selfChecked: true,
    kernel: 'images/pxeboot/vmlinuz',
    initrd: 'images/pxeboot/initrd.img',
    stage2: 'images/install.img',
    firmware: { x86_64: { shim: 'EFI/BOOT/BOOTX64.EFI', grub: 'EFI/BOOT/grubx64.efi' } },
    hasPackages: false,
    fileCount: 12,
    fileBytes: 900_000_000,
    importedAt: 1_700_000_000_000,
    ...changes,
  };
}

export function anImage(changes: Partial<Image> = {}): Image {
  return {
    name: 'ock',
    ref: 'ock',
    commit: 'b'.repeat(64),
    version: '1.33',
    committedAt: 1_690_000_000_000,
    objects: 14_000,
    size: 5_000_000_000,
    hasSummary: true,
    deltas: 1,
    source: 'oci-archive',
    importedAt: 1_700_000_000_000,
    ...changes,
  };
}
