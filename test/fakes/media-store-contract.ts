import { describe, expect, it } from 'vitest';
import type { ImageStore, MediaStore, MetadataStore } from '../../src/domain/media/store.ts';
import { aMedium, anImage } from './media-stores.ts';

/** What every MediaStore must keep; `makeStore` gives an empty one. */
export function mediaStoreContract(makeStore: () => Promise<MediaStore> | MediaStore): void {
  contract('media', makeStore, aMedium, 'media-exists');
}

/** What every ImageStore must keep; `makeStore` gives an empty one. */
export function imageStoreContract(makeStore: () => Promise<ImageStore> | ImageStore): void {
  contract('image', makeStore, anImage, 'image-exists');
}

function contract<T extends { readonly name: string; readonly version: string | undefined }>(
  noun: string,
  makeStore: () => Promise<MetadataStore<T>> | MetadataStore<T>,
  record: (changes: { name?: string; version?: string | undefined }) => T,
  exists: string,
): void {
  describe(`a ${noun} store`, () => {
    it('is empty at first', async () => {
      const store = await makeStore();
      expect(await store.list()).toEqual([]);
      expect(await store.get('nobody')).toBeUndefined();
    });

    it('gives back exactly what was added', async () => {
      const store = await makeStore();
      await store.add(record({}));
      expect(await store.get(record({}).name)).toEqual(record({}));
    });

    it('keeps what is unknown unknown', async () => {
      const store = await makeStore();
      await store.add(record({ version: undefined }));
      expect((await store.get(record({}).name))?.version).toBeUndefined();
    });

    it('lists by name', async () => {
      const store = await makeStore();
      for (const name of ['zebra', 'ape', 'mole-2', 'mole']) await store.add(record({ name }));
      expect((await store.list()).map((one) => one.name)).toEqual(['ape', 'mole', 'mole-2', 'zebra']);
    });

    it('refuses a name that exists and keeps the first record', async () => {
      const store = await makeStore();
      await store.add(record({ version: '1' }));
      await expect(store.add(record({ version: '2' }))).rejects.toMatchObject({ code: exists });
      expect((await store.get(record({}).name))?.version).toBe('1');
    });

    it('removes, and says whether there was something to remove', async () => {
      const store = await makeStore();
      await store.add(record({}));
      expect(await store.remove(record({}).name)).toBe(true);
      expect(await store.remove(record({}).name)).toBe(false);
      expect(await store.list()).toEqual([]);
    });
  });
}
