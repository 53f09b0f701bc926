import { OstreeError } from './error.ts';

/**
 * As much of the GVariant serialisation (GLib documentation, "GVariant Specification 1.0") as OSTree's objects need.
 * Only the normal form is accepted: OSTree writes nothing else, and every other form is somebody's experiment.
 */

/** A member of a tuple: its alignment, and its size when that is fixed. */
export interface Member {
  readonly alignment: 1 | 2 | 4 | 8;
  readonly size?: number;
}

export const STRING: Member = { alignment: 1 };
export const BYTES: Member = { alignment: 1 };
export const UINT32: Member = { alignment: 4, size: 4 };
export const UINT64: Member = { alignment: 8, size: 8 };
/** An array whose elements need no alignment, such as `a(say)` or `a(ayay)`. */
export const ARRAY: Member = { alignment: 1 };
/** A variant, or anything that may contain one: `a{sv}`. */
export const VARIANT: Member = { alignment: 8 };

/** Bytes of a framing offset in a container of this size. */
function offsetSize(size: number): number {
  if (size === 0) return 0;
  if (size <= 0xff) return 1;
  if (size <= 0xffff) return 2;
  return size <= 0xffff_ffff ? 4 : 8;
}

function readOffset(bytes: Buffer, at: number, size: number): number {
  if (size === 8) {
    const value = bytes.readBigUInt64LE(at);
    return value > BigInt(bytes.length) ? bytes.length + 1 : Number(value);
  }
  return bytes.readUIntLE(at, size);
}

function align(at: number, alignment: number): number {
  return Math.ceil(at / alignment) * alignment;
}

function corrupt(what: string): OstreeError {
  return new OstreeError('corrupt', `Not a valid GVariant: ${what}`);
}

/**
 * Splits a tuple into the bytes of its members.
 *
 * @throws OstreeError `corrupt`
 */
export function readTuple(bytes: Buffer, members: readonly Member[]): Buffer[] {
  const width = offsetSize(bytes.length);
  let frames = bytes.length;
  let at = 0;
  const parts = members.map((member, index) => {
    const start = align(at, member.alignment);
    let end: number;
    if (member.size !== undefined) end = start + member.size;
    else if (index === members.length - 1) end = frames;
    else {
      frames -= width;
      if (width === 0 || frames < at) throw corrupt('a tuple without its framing offsets');
      end = readOffset(bytes, frames, width);
    }
    if (end < start || end > frames) throw corrupt('a member outside its tuple');
    at = end;
    return bytes.subarray(start, end);
  });
  // A last member of fixed size leaves the end to be checked; offsets read before it lie behind `at`.
  if (at > frames) throw corrupt('a member over the framing offsets');
  return parts;
}

/**
 * Splits an array of elements of variable size.
 *
 * @throws OstreeError `corrupt`
 */
export function readArray(bytes: Buffer, alignment: 1 | 8): Buffer[] {
  if (bytes.length === 0) return [];
  const width = offsetSize(bytes.length);
  const frames = readOffset(bytes, bytes.length - width, width);
  const table = bytes.length - frames;
  if (table <= 0 || table % width !== 0) throw corrupt('an array without its framing offsets');
  const elements: Buffer[] = [];
  let at = 0;
  for (let frame = frames; frame < bytes.length; frame += width) {
    const start = align(at, alignment);
    const end = readOffset(bytes, frame, width);
    if (end < start || end > frames) throw corrupt('an element outside its array');
    elements.push(bytes.subarray(start, end));
    at = end;
  }
  return elements;
}

/**
 * Reads a string: UTF-8 and one NUL at its end.
 *
 * @throws OstreeError `corrupt`
 */
export function readString(bytes: Buffer): string {
  if (bytes.length === 0 || bytes.indexOf(0) !== bytes.length - 1) throw corrupt('a string without its end');
  const text = bytes.toString('utf8', 0, bytes.length - 1);
  if (text.includes('\ufffd') && !bytes.includes('\ufffd')) throw corrupt('a string that is not UTF-8');
  return text;
}

/** A value of an `a{sv}`: its type string and its bytes. */
export interface Variant {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Reads a dictionary from strings to variants.
 *
 * @throws OstreeError `corrupt`
 */
export function readDictionary(bytes: Buffer): Map<string, Variant> {
  const result = new Map<string, Variant>();
  for (const entry of readArray(bytes, 8)) {
    const [key = EMPTY, value = EMPTY] = readTuple(entry, [STRING, VARIANT]);
    // A variant is its value, a NUL, and its type string.
    const split = value.lastIndexOf(0);
    if (split < 0) throw corrupt('a variant without its type');
    result.set(readString(key), {
      type: value.toString('latin1', split + 1),
      bytes: value.subarray(0, split),
    });
  }
  return result;
}

const EMPTY = Buffer.alloc(0);

/**
 * Joins the members of a tuple: the inverse of `readTuple`. Members are already serialised.
 */
export function writeTuple(members: readonly Member[], parts: readonly Uint8Array[]): Buffer {
  const chunks: Uint8Array[] = [];
  const ends: number[] = [];
  let at = 0;
  parts.forEach((part, index) => {
    const member = members[index] ?? BYTES;
    const start = align(at, member.alignment);
    if (start > at) chunks.push(new Uint8Array(start - at));
    chunks.push(part);
    at = start + part.byteLength;
    if (member.size === undefined && index < parts.length - 1) ends.unshift(at);
  });
  const width = frameWidth(at, ends.length);
  const frames = Buffer.alloc(ends.length * width);
  ends.forEach((end, index) => frames.writeUIntLE(end, index * width, width));
  return Buffer.concat([...chunks, frames]);
}

/** The offsets count towards the size that decides their own width. */
function frameWidth(body: number, count: number): 1 | 2 | 4 {
  if (count === 0 || body + count <= 0xff) return 1;
  return body + 2 * count <= 0xffff ? 2 : 4;
}
