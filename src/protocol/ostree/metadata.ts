import { OstreeError } from './error.ts';
import {
  ARRAY,
  BYTES,
  readArray,
  readDictionary,
  readString,
  readTuple,
  STRING,
  UINT32,
  UINT64,
  VARIANT,
} from './gvariant.ts';
import type { Variant } from './gvariant.ts';
import type { Checksum } from './object-name.ts';

/** libostree refuses larger metadata objects (OSTREE_MAX_METADATA_SIZE). */
export const MOST_METADATA_BYTES = 128 * 1024 * 1024;

export interface Commit {
  readonly metadata: ReadonlyMap<string, Variant>;
  /** The commit before, often not in the repository. */
  readonly parent: Checksum | undefined;
  readonly subject: string;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly tree: Checksum;
  readonly treeMeta: Checksum;
}

export interface DirTree {
  readonly files: readonly { readonly name: string; readonly checksum: Checksum }[];
  readonly directories: readonly {
    readonly name: string;
    readonly tree: Checksum;
    readonly meta: Checksum;
  }[];
}

export interface DirMeta {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Decodes `(a{sv}aya(say)sstayay)`. @throws OstreeError */
export function decodeCommit(bytes: Buffer): Commit {
  const [metadata, parent, , subject, body, timestamp, tree, treeMeta] = readTuple(bytes, [
    VARIANT,
    BYTES,
    ARRAY,
    STRING,
    STRING,
    UINT64,
    BYTES,
    BYTES,
  ]);
  return {
    metadata: readDictionary(present(metadata)),
    parent: present(parent).length === 0 ? undefined : checksumOf(parent),
    subject: readString(present(subject)),
    body: readString(present(body)),
    timestamp: Number(present(timestamp).readBigUInt64BE(0)),
    tree: checksumOf(tree),
    treeMeta: checksumOf(treeMeta),
  };
}

/** The text under a key of a commit's metadata, when it is a string: `version`, for example. */
export function metadataText(commit: Commit, key: string): string | undefined {
  const value = commit.metadata.get(key);
  return value?.type === 's' ? readString(value.bytes) : undefined;
}

/** Decodes `(a(say)a(sayay))`. @throws OstreeError, `hostile` when a name could leave its directory */
export function decodeDirTree(bytes: Buffer): DirTree {
  const [files, directories] = readTuple(bytes, [ARRAY, ARRAY]);
  return {
    files: readArray(present(files), 1).map((entry) => {
      const [name, checksum] = readTuple(entry, [STRING, BYTES]);
      return { name: fileName(name), checksum: checksumOf(checksum) };
    }),
    directories: readArray(present(directories), 1).map((entry) => {
      const [name, tree, meta] = readTuple(entry, [STRING, BYTES, BYTES]);
      return { name: fileName(name), tree: checksumOf(tree), meta: checksumOf(meta) };
    }),
  };
}

/** Decodes `(uuua(ayay))`; its numbers are big-endian. @throws OstreeError, also when it is not a directory's */
export function decodeDirMeta(bytes: Buffer): DirMeta {
  const [uid, gid, mode] = readTuple(bytes, [UINT32, UINT32, UINT32, ARRAY]);
  const meta = {
    uid: present(uid).readUInt32BE(0),
    gid: present(gid).readUInt32BE(0),
    mode: present(mode).readUInt32BE(0),
  };
  if ((meta.mode & 0o170000) !== 0o040000)
    throw new OstreeError('corrupt', `A directory has mode ${meta.mode.toString(8)}`);
  return meta;
}

function fileName(bytes: Buffer | undefined): string {
  const name = readString(present(bytes));
  if (name === '' || name === '.' || name === '..' || name.includes('/'))
    throw new OstreeError('hostile', `A directory contains an entry named ${JSON.stringify(name)}`);
  return name;
}

function checksumOf(bytes: Buffer | undefined): Checksum {
  if (bytes?.length !== 32) throw new OstreeError('corrupt', 'A checksum has not 32 bytes');
  return bytes.toString('hex');
}

function present(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) throw new OstreeError('corrupt', 'A member is missing');
  return bytes;
}
