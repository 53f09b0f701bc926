import type { Image } from './image.ts';
import type { Medium } from './medium.ts';

/**
 * Records of what is in a library, by name. A change is durable when it resolves. `add` of a name that exists rejects
 * with the Problem `media-exists` or `image-exists`; `remove` says whether there was one. `list` is sorted by name.
 */
export interface MetadataStore<T extends { readonly name: string }> {
  list(): Promise<readonly T[]>;
  get(name: string): Promise<T | undefined>;
  add(record: T): Promise<void>;
  remove(name: string): Promise<boolean>;
}

export type MediaStore = MetadataStore<Medium>;
export type ImageStore = MetadataStore<Image>;
