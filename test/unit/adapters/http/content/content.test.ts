import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNotModified, rangeApplies } from '../../../../../src/adapters/http/content/conditions.ts';
import { parseRange } from '../../../../../src/adapters/http/content/range.ts';
import { collapseSlashes } from '../../../../../src/adapters/http/content/router.ts';
import { contentTypeOf } from '../../../../../src/adapters/http/content/served-file.ts';

describe('a Range header', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=0-', { start: 0, end: 1000 }],
    ['bytes=500-599', { start: 500, end: 600 }],
    ['bytes=500-9999', { start: 500, end: 1000 }],
    ['bytes=999-999', { start: 999, end: 1000 }],
    ['bytes=-1', { start: 999, end: 1000 }],
    ['bytes=-5000', { start: 0, end: 1000 }],
    ['Bytes= 1-2 ', { start: 1, end: 3 }],
  ])('%s asks for a part', (header, range) => {
    expect(parseRange(header, 1000)).toEqual(range);
  });

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0'])('%s cannot be met', (header) => {
    expect(parseRange(header, 1000)).toBe('unsatisfiable');
  });

  it.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'items=0-1',
    'bytes=0-1,3-4',
    'bytes=--1',
  ])('%s asks for everything', (header) => {
    expect(parseRange(header, 1000)).toBeUndefined();
  });

  it('never leads outside the file', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.option(fc.nat(6000)), fc.option(fc.nat(6000)), (size, first, last) => {
        const range = parseRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
        if (range === undefined || range === 'unsatisfiable') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThan(range.end);
        expect(range.end).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('cannot be met by an empty file', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
  });
});

describe('conditional requests', () => {
  const file = { etag: '"abc"', lastModified: Date.parse('2026-01-01T00:00:00.700Z') };
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT';

  it('are answered with 304 when the client has the file', () => {
    for (const tag of ['"abc"', 'W/"abc"', '"x", "abc"', '*'])
      expect(isNotModified({ 'if-none-match': tag }, file)).toBe(true);
    expect(isNotModified({ 'if-modified-since': date }, file)).toBe(true);
  });

  it('are answered with the file otherwise; a tag counts more than a date', () => {
    expect(isNotModified({}, file)).toBe(false);
    expect(isNotModified({ 'if-none-match': '"x"', 'if-modified-since': date }, file)).toBe(false);
    expect(isNotModified({ 'if-modified-since': 'Wed, 31 Dec 2025 23:59:59 GMT' }, file)).toBe(false);
    expect(isNotModified({ 'if-modified-since': 'yesterday' }, file)).toBe(false);
  });

  it('resume only the same version', () => {
    expect(rangeApplies({}, file)).toBe(true);
    expect(rangeApplies({ 'if-range': '"abc"' }, file)).toBe(true);
    expect(rangeApplies({ 'if-range': date }, file)).toBe(true);
    for (const condition of ['"x"', 'W/"abc"', 'Thu, 01 Jan 2026 00:00:01 GMT', 'nonsense'])
      expect(rangeApplies({ 'if-range': condition }, file)).toBe(false);
  });
});

describe('URLs from firmware', () => {
  it('may have runs of slashes in the path', () => {
    expect(collapseSlashes('//media///ol8//EFI/BOOT/BOOTX64.EFI')).toBe('/media/ol8/EFI/BOOT/BOOTX64.EFI');
    expect(collapseSlashes('/media//a?next=http://x//y')).toBe('/media/a?next=http://x//y');
  });
});

describe('media types', () => {
  it('tell UEFI HTTP Boot what a program is, in any case', () => {
    for (const path of ['EFI/BOOT/BOOTX64.EFI', 'grubx64.efi'])
      expect(contentTypeOf(path)).toBe('application/efi');
    expect(contentTypeOf('.treeinfo')).toMatch(/^text\/plain/);
    expect(contentTypeOf('objects/ab/cd.filez')).toBe('application/octet-stream');
  });
});
