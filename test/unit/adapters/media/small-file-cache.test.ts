import { describe, expect, it } from 'vitest';
import { SmallFileCache } from '../../../../src/adapters/media/small-file-cache.ts';
import type { HeldFile } from '../../../../src/adapters/media/small-file-cache.ts';

function file(size: number): HeldFile {
  return {
    size,
    etag: '"x"',
    lastModified: 0,
    contentType: 'text/plain',
    bytes: Buffer.alloc(size),
    open: () => Promise.reject(new Error('not on a disk')),
  };
}

describe('the cache of small files', () => {
  it('stays within its limit and lets go of what was not used for longest', () => {
    const cache = new SmallFileCache(10_000);
    for (const path of ['a', 'b', 'c']) cache.put('ock', path, file(2000));
    expect(cache.get('ock', 'a')).toBeDefined();
    cache.put('ock', 'd', file(2000));
    expect(['a', 'b', 'c', 'd'].filter((path) => cache.get('ock', path) !== undefined)).toEqual([
      'a',
      'c',
      'd',
    ]);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  });

  it('counts a file once that was put twice, and nothing when all are gone', () => {
    const cache = new SmallFileCache(10_000);
    cache.put('ock', 'a', file(2000));
    const once = cache.bytes;
    cache.put('ock', 'a', file(2000));
    expect(cache.bytes).toBe(once);
    cache.put('big', 'a', file(20_000));
    expect(cache.bytes).toBe(0);
  });

  it('forgets one name and keeps another', () => {
    const cache = new SmallFileCache(100_000);
    cache.put('ock', 'config', file(10));
    cache.put('ock-2', 'config', file(10));
    cache.forget('ock');
    expect(cache.get('ock', 'config')).toBeUndefined();
    expect(cache.get('ock-2', 'config')).toBeDefined();
  });
});
