import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { verifyContent } from '../../../../src/protocol/ostree/content.ts';
import {
  ARRAY,
  BYTES,
  STRING,
  UINT32,
  UINT64,
  VARIANT,
  writeTuple,
} from '../../../../src/protocol/ostree/gvariant.ts';
import { objectPath } from '../../../../src/protocol/ostree/object-name.ts';
import type { ObjectKind } from '../../../../src/protocol/ostree/object-name.ts';
import type { ObjectSource } from '../../../../src/protocol/ostree/walk.ts';

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const hash = (checksum: string): Buffer => Buffer.from(checksum, 'hex');

function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function be64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** An array of variable-size elements; the tests' arrays stay small enough for two-byte offsets. */
export function writeArray(elements: readonly Buffer[], alignment = 1): Buffer {
  if (elements.length === 0) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const element of elements) {
    const padding = -at & (alignment - 1);
    chunks.push(Buffer.alloc(padding), element);
    at += padding + element.length;
    ends.push(at);
  }
  const width = at + ends.length <= 0xff ? 1 : 2;
  const frames = Buffer.alloc(ends.length * width);
  ends.forEach((end, index) => frames.writeUIntLE(end, index * width, width));
  return Buffer.concat([...chunks, frames]);
}

/** An archive repository in memory, made by an encoder that shares only tuples with the decoders under test. */
export class MemoryRepository implements ObjectSource {
  readonly objects = new Map<string, Buffer>();

  file(content: Buffer, mode = 0o100644, target = ''): string {
    const rest = [be32(0), be32(0), be32(mode), be32(0), text(target), Buffer.alloc(0)];
    const members = [UINT32, UINT32, UINT32, UINT32, STRING, ARRAY];
    const plain = writeTuple(members, rest);
    const checksum = sha256(Buffer.concat([be32(plain.length), Buffer.alloc(4), plain, content]));
    const header = writeTuple([UINT64, ...members], [be64(content.length), ...rest]);
    const packed = mode === 0o120777 ? Buffer.alloc(0) : deflateRawSync(content);
    const object = Buffer.concat([be32(header.length), Buffer.alloc(4), header, packed]);
    this.objects.set(objectPath({ checksum, kind: 'filez' }), object);
    return checksum;
  }

  dirMeta(mode = 0o040755): string {
    const members = [UINT32, UINT32, UINT32, ARRAY];
    return this.put('dirmeta', writeTuple(members, [be32(0), be32(0), be32(mode), Buffer.alloc(0)]));
  }

  dirTree(
    files: Readonly<Record<string, string>>,
    directories: Readonly<Record<string, [string, string]>>,
  ): string {
    const file = ([name, sum]: [string, string]): Buffer =>
      writeTuple([STRING, BYTES], [text(name), hash(sum)]);
    const directory = ([name, [tree, meta]]: [string, [string, string]]): Buffer =>
      writeTuple([STRING, BYTES, BYTES], [text(name), hash(tree), hash(meta)]);
    const parts = [
      writeArray(Object.entries(files).map(file)),
      writeArray(Object.entries(directories).map(directory)),
    ];
    return this.put('dirtree', writeTuple([ARRAY, ARRAY], parts));
  }

  commit(tree: string, meta: string, version: string): string {
    const value = Buffer.concat([text(version), Buffer.from('\0s')]);
    const dictionary = writeArray([writeTuple([STRING, VARIANT], [text('version'), value])], 8);
    const members = [VARIANT, BYTES, ARRAY, STRING, STRING, UINT64, BYTES, BYTES];
    const none = Buffer.alloc(0);
    const parts = [
      dictionary,
      none,
      none,
      text('subject'),
      text('body'),
      be64(1_700_000_000),
      hash(tree),
      hash(meta),
    ];
    return this.put('commit', writeTuple(members, parts));
  }

  put(kind: ObjectKind, bytes: Buffer): string {
    const checksum = sha256(bytes);
    this.objects.set(objectPath({ checksum, kind }), bytes);
    return checksum;
  }

  metadata(name: { checksum: string; kind: ObjectKind }): Promise<Buffer | undefined> {
    return Promise.resolve(this.objects.get(objectPath(name)));
  }

  async content(name: { checksum: string; kind: ObjectKind }): Promise<boolean> {
    const object = await this.metadata(name);
    if (object !== undefined) verifyContent(name.checksum, object);
    return object !== undefined;
  }
}

/** A small but complete image; its commit. */
export function smallImage(repository: MemoryRepository): string {
  const meta = repository.dirMeta();
  const program = repository.file(Buffer.alloc(70_000, 'p'), 0o100755);
  const empty = repository.file(Buffer.alloc(0));
  const link = repository.file(Buffer.alloc(0), 0o120777, '../usr/bin');
  const bin = repository.dirTree({ program, again: program }, {});
  const usr = repository.dirTree({ empty }, { bin: [bin, meta], sbin: [bin, meta] });
  return repository.commit(repository.dirTree({ link }, { usr: [usr, meta] }), meta, '1.33');
}
