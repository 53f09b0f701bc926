import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInline, encodeInline } from '../../../../src/protocol/ignition/data-url.ts';

describe('an inline resource', () => {
  test('is percent-encoded when that is shortest', () => {
    expect(encodeInline('exit 0\n')).toEqual({ source: 'data:,exit%200%0A', compression: '' });
  });

  test('is base64 for short binary contents', () => {
    const bytes = Uint8Array.from([0, 255, 254, 1, 2, 3]);
    expect(encodeInline(bytes)).toEqual({
      source: `data:;base64,${Buffer.from(bytes).toString('base64')}`,
      compression: '',
    });
  });

  test('is compressed only when that clearly wins', () => {
    const { source, compression } = encodeInline('the same line again\n'.repeat(20));
    expect(compression).toBe('gzip');
    expect(source.length).toBeLessThan(200);
    expect(encodeInline('').compression).toBe('');
  });

  test('renders the same on every machine: the gzip header names no operating system and no time', () => {
    const [, data = ''] = encodeInline('a'.repeat(500)).source.split('base64,');
    expect([...Buffer.from(data, 'base64').subarray(4, 10)]).toEqual([0, 0, 0, 0, 2, 255]);
  });

  test('decodes to what was encoded, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(Buffer.from(decodeInline(encodeInline(bytes)) ?? []).equals(bytes)).toBe(true);
      }),
    );
  });

  test('is never shorter any other way', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const length = encodeInline(text).source.length;
        expect(length).toBeLessThanOrEqual(`data:;base64,${Buffer.from(text).toString('base64')}`.length);
      }),
    );
  });

  test.each(['', 'http://x/', 'data:', 'data:,%zz', 'data:;base64,***', 'data:;base64,AAAA\u0000'])(
    'that is malformed decodes to nothing: %j',
    (source) => {
      expect(decodeInline({ source })).toBeUndefined();
    },
  );

  test('that claims to be gzip and is not decodes to nothing', () => {
    expect(decodeInline({ source: 'data:,plain', compression: 'gzip' })).toBeUndefined();
  });

  test('never makes the decoder throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('', 'gzip', undefined), (text, compression) => {
        decodeInline({ source: `data:${text}`, compression });
      }),
    );
  });
});
