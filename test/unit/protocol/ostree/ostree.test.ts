import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflateRawSync } from 'node:zlib';
import {
  decodeContentHeader,
  verifyContent,
  verifyContentStream,
} from '../../../../src/protocol/ostree/content.ts';
import { OstreeError } from '../../../../src/protocol/ostree/error.ts';
import {
  BYTES,
  readArray,
  readString,
  readTuple,
  STRING,
  UINT32,
  UINT64,
  writeTuple,
} from '../../../../src/protocol/ostree/gvariant.ts';
import type { Member } from '../../../../src/protocol/ostree/gvariant.ts';
import {
  decodeCommit,
  decodeDirMeta,
  decodeDirTree,
  metadataText,
} from '../../../../src/protocol/ostree/metadata.ts';
import { deltaTarget, isRef, isServedPath } from '../../../../src/protocol/ostree/object-name.ts';
import {
  isArchive,
  parseRepositoryConfig,
  servedConfig,
} from '../../../../src/protocol/ostree/repository-config.ts';
import { summaryRefs } from '../../../../src/protocol/ostree/summary.ts';
import { walkCommit, WALK_LIMITS } from '../../../../src/protocol/ostree/walk.ts';
import { MemoryRepository, smallImage, writeArray } from './memory-repository.ts';

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof OstreeError ? error.fault : `no OstreeError but ${String(error)}`;
}

describe('GVariant', () => {
  it('reads the examples of its specification', () => {
    const array = Buffer.from('i\0can\0has\0strings?\0\x02\x06\x0a\x13', 'latin1');
    expect(readArray(array, 1).map(readString)).toEqual(['i', 'can', 'has', 'strings?']);
    const [string, number] = readTuple(Buffer.from('666f6f00ffffffff04', 'hex'), [STRING, UINT32]);
    expect([string?.toString(), number?.toString('hex')]).toEqual(['foo\0', 'ffffffff']);
  });

  it('takes a tuple apart the way it was put together', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => ({ member: BYTES, bytes })),
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ member: UINT32, bytes })),
      fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => ({ member: UINT64, bytes })),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const members: Member[] = parts.map((one) => one.member);
        const bytes = writeTuple(
          members,
          parts.map((one) => one.bytes),
        );
        const back = readTuple(bytes, members);
        expect(back.map((one) => one.toString('hex'))).toEqual(
          parts.map((one) => Buffer.from(one.bytes).toString('hex')),
        );
      }),
    );
  });

  it('takes an array apart the way it was put together', () => {
    const elements = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 });
    fc.assert(
      fc.property(elements, fc.constantFrom(1 as const, 8 as const), (list, alignment) => {
        const buffers = list.map((one) => Buffer.from(one));
        const back = readArray(writeArray(buffers, alignment), alignment);
        // An array of nothing but empty elements is all offsets, and cannot be told from a shorter one of zeroes.
        expect(back.map((one) => one.toString('hex'))).toEqual(buffers.map((one) => one.toString('hex')));
      }),
    );
  });

  it('answers any bytes with members or an OstreeError', () => {
    const decoders = [
      (bytes: Buffer) => decodeCommit(bytes),
      (bytes: Buffer) => decodeDirTree(bytes),
      (bytes: Buffer) => decodeDirMeta(bytes),
      (bytes: Buffer) => summaryRefs(bytes),
      (bytes: Buffer) => decodeContentHeader(bytes),
      (bytes: Buffer) => verifyContent('0'.repeat(64), bytes),
    ];
    const repository = new MemoryRepository();
    smallImage(repository);
    const objects = [...repository.objects.values()];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.constantFrom(...objects), fc.nat(), fc.nat(255), fc.nat())
        .map(([object, at, value, cut]) => {
          const copy = Buffer.from(object);
          copy.writeUInt8(value, at % copy.length);
          return copy.subarray(0, cut % 3 === 0 ? cut % copy.length : copy.length);
        }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...decoders), bytes, (decode, input) => {
        try {
          decode(Buffer.from(input));
        } catch (error) {
          if (!(error instanceof OstreeError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('walking a commit', () => {
  it('visits every object once and reads what the commit says', async () => {
    const repository = new MemoryRepository();
    const { commit, objects } = await walkCommit(smallImage(repository), repository);
    expect(objects).toBe(repository.objects.size);
    expect(metadataText(commit, 'version')).toBe('1.33');
    expect(metadataText(commit, 'other')).toBeUndefined();
    expect(commit).toMatchObject({
      subject: 'subject',
      body: 'body',
      timestamp: 1_700_000_000,
      parent: undefined,
    });
  });

  it('names the object that is missing, whichever it is', async () => {
    const whole = new MemoryRepository();
    const checksum = smallImage(whole);
    for (const path of whole.objects.keys()) {
      const repository = new MemoryRepository();
      smallImage(repository);
      repository.objects.delete(path);
      await expect(walkCommit(checksum, repository)).rejects.toMatchObject({
        fault: 'missing',
        message: `Object ${path} is missing`,
      });
    }
  });

  it('notices any changed bit in any object', async () => {
    const whole = new MemoryRepository();
    const checksum = smallImage(whole);
    for (const [path, object] of whole.objects) {
      // In a content object: size, owner, mode, and the first packed byte; its last bits may mean nothing.
      const places = path.endsWith('.filez')
        ? [8, 16, 24, decodeContentHeader(object).dataOffset]
        : [0, object.length >> 1, object.length - 1];
      for (const at of places.filter((place) => place < object.length)) {
        const repository = new MemoryRepository();
        smallImage(repository);
        const changed = Buffer.from(object);
        changed.writeUInt8(changed.readUInt8(at) ^ 0x40, at);
        repository.objects.set(path, changed);
        expect(await faultOf(walkCommit(checksum, repository)), `${path} at ${at}`).toBe('corrupt');
      }
    }
  });

  it.each(['..', '.', '', 'a/b'])('refuses a directory with an entry named %j', async (name) => {
    const repository = new MemoryRepository();
    const meta = repository.dirMeta();
    const file = repository.file(Buffer.from('x'));
    const asFile = repository.commit(repository.dirTree({ [name]: file }, {}), meta, '1');
    expect(await faultOf(walkCommit(asFile, repository))).toBe('hostile');
    const below = repository.dirTree({}, {});
    const asDirectory = repository.commit(repository.dirTree({}, { [name]: [below, meta] }), meta, '1');
    expect(await faultOf(walkCommit(asDirectory, repository))).toBe('hostile');
  });

  it('stops at its limits', async () => {
    const repository = new MemoryRepository();
    const meta = repository.dirMeta();
    let tree = repository.dirTree({}, {});
    for (let depth = 0; depth < 20; depth += 1) tree = repository.dirTree({}, { d: [tree, meta] });
    const checksum = repository.commit(tree, meta, '1');
    expect(await faultOf(walkCommit(checksum, repository, { ...WALK_LIMITS, depth: 10 }))).toBe('limit');
    expect(await faultOf(walkCommit(checksum, repository, { ...WALK_LIMITS, objects: 5 }))).toBe('limit');
  });
});

describe('content objects', () => {
  const repository = new MemoryRepository();
  const content = Buffer.alloc(3_000_000, 'large');
  const checksum = repository.file(content);
  const [object = Buffer.alloc(0)] = repository.objects.values();
  const header = decodeContentHeader(object);

  async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size)
      yield await Promise.resolve(bytes.subarray(at, at + size));
  }

  it('are verified in a stream as in memory', async () => {
    expect(() => verifyContent(checksum, object)).not.toThrow();
    await verifyContentStream(checksum, header, pieces(object.subarray(header.dataOffset), 1000));
    const other = '0'.repeat(64);
    expect(() => verifyContent(other, object)).toThrow(OstreeError);
    expect(
      await faultOf(verifyContentStream(other, header, pieces(object.subarray(header.dataOffset), 1000))),
    ).toBe('corrupt');
  });

  it('are refused when cut short, damaged, or when they unpack to more than they declare', async () => {
    const packed = object.subarray(header.dataOffset);
    const bomb = deflateRawSync(Buffer.alloc(50_000_000));
    for (const bad of [packed.subarray(0, -10), Buffer.from('not deflate at all'), bomb, Buffer.alloc(0)]) {
      expect(await faultOf(verifyContentStream(checksum, header, pieces(bad, 4096)))).toBe('corrupt');
      expect(() =>
        verifyContent(checksum, Buffer.concat([object.subarray(0, header.dataOffset), bad])),
      ).toThrow(OstreeError);
    }
  });

  it('pass on what their source throws', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(object.subarray(header.dataOffset, header.dataOffset + 100));
      throw new Error('the disk is gone');
    }
    await expect(verifyContentStream(checksum, header, failing())).rejects.toThrow('the disk is gone');
  });
});

describe('names in a repository', () => {
  it('lets a pull ask for what exists in archives and nothing else', () => {
    const object = `objects/ab/${'c'.repeat(62)}`;
    const delta = `deltas/q4/${'A'.repeat(41)}`;
    const good = [
      ...['config', 'summary', 'summary.sig', 'refs/heads/ock', 'refs/heads/ol/8/ock-1.33'],
      ...['commit', 'commitmeta', 'dirtree', 'dirmeta', 'filez'].map((kind) => `${object}.${kind}`),
      ...[`${delta}/superblock`, `${delta}-${'_'.repeat(43)}/0`, `delta-indexes/q4/${'A'.repeat(41)}.index`],
    ];
    for (const path of good) expect(isServedPath(path), path).toBe(true);
    const bad = [
      ...[
        '',
        '/config',
        'config/',
        '.lock',
        'tmp/x',
        '../image.json',
        'refs/heads/',
        'refs/heads/../../config',
      ],
      ...[
        'refs/heads/.hidden',
        'refs/remotes/x/y',
        'objects/ab/../x.filez',
        `${object}.file`,
        `${object}.filez\n`,
      ],
      ...[
        `objects/AB/${'C'.repeat(62)}.filez`,
        `${delta}/../x`,
        `${delta}/superblock/x`,
        'refs/heads/a//b',
        'refs/heads/a\nb',
      ],
    ];
    for (const path of bad) expect(isServedPath(path), path).toBe(false);
  });

  it('knows the names of branches', () => {
    for (const ref of ['ock', 'ol/8/x86_64/ock', 'a-b_c.d', '1.33']) expect(isRef(ref)).toBe(true);
    for (const ref of ['', '/', 'a/', '/a', '..', 'a/../b', '.a', 'a b', 'a:b', 'x'.repeat(201)])
      expect(isRef(ref)).toBe(false);
  });

  it('finds the commit that a delta leads to', () => {
    const commit = 'a708d9259a1bbbbc9ca9878373781d49d3bb1d61ac61d1e5c6016dcf2afe31d6';
    const encoded = Buffer.from(commit, 'hex').toString('base64').replaceAll('/', '_').replace('=', '');
    const from = 'A'.repeat(43);
    expect(deltaTarget(`${encoded.slice(0, 2)}/${encoded.slice(2)}/superblock`)).toBe(commit);
    expect(deltaTarget(`${from.slice(0, 2)}/${from.slice(2)}-${encoded}/0`)).toBe(commit);
    expect(deltaTarget(`${encoded.slice(0, 2)}/${encoded.slice(2)}.index`)).toBe(commit);
    expect(deltaTarget('xx/short/superblock')).toBeUndefined();
  });
});

describe('the config of a repository', () => {
  it('is understood in both spellings of archive', () => {
    for (const mode of ['archive', 'archive-z2']) {
      const config = parseRepositoryConfig(`[core]\nrepo_version=1\nmode=${mode}\n`);
      expect(config !== undefined && isArchive(config)).toBe(true);
    }
    const bare = parseRepositoryConfig('[core]\nrepo_version=1\n');
    expect(bare !== undefined && isArchive(bare)).toBe(false);
    expect(parseRepositoryConfig('')).toBeUndefined();
    expect(parseRepositoryConfig('[other]\nrepo_version=1\nmode=archive\n')).toBeUndefined();
  });

  it('is served without remotes and credentials', () => {
    const text =
      '[core]\nrepo_version=1\nmode=archive\ncollection-id=org.x\n[remote "a"]\nurl=http://u:secret@h\n';
    const config = parseRepositoryConfig(text);
    expect(config === undefined ? '' : servedConfig(config)).toBe(
      '[core]\nrepo_version=1\nmode=archive-z2\ncollection-id=org.x\n',
    );
  });
});
