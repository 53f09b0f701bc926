import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpioError, decodeCpio, encodeCpio } from '../../../../src/protocol/cpio/newc.ts';

const entry = fc.record({
  path: fc
    .string({ minLength: 1, maxLength: 40 })
    .filter((path) => !path.includes('\0') && path !== 'TRAILER!!!'),
  mode: fc.constantFrom(0o100644, 0o100600, 0o040755, 0o120777),
  data: fc.uint8Array({ maxLength: 300 }),
  uid: fc.nat(65_535),
  gid: fc.nat(65_535),
  mtime: fc.nat(0x7fff_ffff),
});

describe('the newc format of cpio', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const bytes = encodeCpio(entries);
        expect(bytes.length % 512).toBe(0);
        const back = decodeCpio(bytes).entries.map(({ path, mode, data, uid, gid, mtime }) => ({
          ...{ path, mode, uid, gid, mtime },
          data: Uint8Array.from(data),
        }));
        expect(back).toEqual(
          entries.map((one) => ({ ...one, path: Buffer.from(one.path).toString('utf8') })),
        );
      }),
    );
  });

  it('says where an archive ends, because an initramfs is several in a row', () => {
    const first = encodeCpio([{ path: 'a', mode: 0o100600, data: Buffer.from('one') }]);
    const { end } = decodeCpio(Buffer.concat([first, first]));
    expect(end).toBeGreaterThan(110);
    expect(first.subarray(end).every((byte) => byte === 0)).toBe(true);
  });

  it('writes equal bytes for equal input', () => {
    const entries = [{ path: 'etc', mode: 0o040755, data: new Uint8Array(0) }];
    expect(encodeCpio(entries).equals(encodeCpio(entries))).toBe(true);
  });

  it('refuses names and numbers that the format cannot carry', () => {
    const make =
      (path: string, mode = 0o100644) =>
      () =>
        encodeCpio([{ path, mode, data: new Uint8Array(0) }]);
    for (const path of ['', 'TRAILER!!!', 'a\0b', 'x'.repeat(5000)]) expect(make(path)).toThrow(CpioError);
    expect(make('a', -1)).toThrow(CpioError);
    expect(make('a', 2 ** 32)).toThrow(CpioError);
  });

  it('never throws anything else at bytes from outside', () => {
    const good = encodeCpio([{ path: 'etc/file', mode: 0o100600, data: Buffer.from('content') }]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
        const bytes = Buffer.from(good);
        bytes.writeUInt8(value, at);
        try {
          decodeCpio(bytes.subarray(0, length));
        } catch (error) {
          if (!(error instanceof CpioError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
    expect(() => decodeCpio(good.subarray(0, 100))).toThrow(CpioError);
  });
});
