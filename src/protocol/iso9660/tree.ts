import { isSelfOrParent, parseRecord } from './directory-record.ts';
import type { DirectoryRecord } from './directory-record.ts';
import { IsoError } from './error.ts';
import { checkedName, jolietName, plainName } from './name.ts';
import type { RandomAccess } from './random-access.ts';
import { readExactly } from './random-access.ts';
import { readRockRidge, suspSkip } from './rock-ridge.ts';
import type { ContinuationBudget, RockRidge } from './rock-ridge.ts';
import { SECTOR } from './volume.ts';
import type { IsoVolume } from './volume.ts';

/** A run of bytes in the image. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Something in the tree. Paths are relative, `/`-separated, and safe: every component was checked. */
export type IsoEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly size: number;
      readonly extents: readonly Extent[];
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** Bounds on what a tree may hold; an Oracle Linux DVD has about 12,000 entries, eight deep. */
export interface IsoLimits {
  readonly depth: number;
  readonly entries: number;
  readonly directoryBytes: number;
  /** Rock Ridge continuation areas, all together. */
  readonly continuationBytes: number;
}

export const DEFAULT_LIMITS: IsoLimits = {
  depth: 32,
  entries: 500_000,
  directoryBytes: 16 * 1024 * 1024,
  continuationBytes: 64 * 1024 * 1024,
};

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

type Naming = { readonly kind: 'rock-ridge'; readonly skip: number } | { readonly kind: 'joliet' | 'plain' };

interface Directory {
  readonly path: string;
  readonly depth: number;
  readonly block: number;
  readonly size: number;
}

/**
 * Lists the whole tree, directories before what they contain. Names come from Rock Ridge, else Joliet, else the plain
 * identifiers in lower case.
 *
 * @throws IsoError when an extent lies outside the image, a name is unsafe, a directory contains itself, or a limit is
 *   passed
 */
export async function readTree(
  source: RandomAccess,
  volume: IsoVolume,
  limits: IsoLimits = DEFAULT_LIMITS,
): Promise<IsoEntry[]> {
  const naming = await namingOf(source, volume);
  const root = naming.kind === 'joliet' && volume.jolietRoot !== undefined ? volume.jolietRoot : volume.root;
  const entries: IsoEntry[] = [];
  const seen = new Set<number>();
  const budget = { bytes: limits.continuationBytes };
  const pending: Directory[] = [{ path: '', depth: 0, block: root.block, size: root.size }];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    if (seen.has(directory.block))
      throw new IsoError('hostile', `The directory ${directory.path || '/'} is reached twice`);
    seen.add(directory.block);
    if (directory.depth > limits.depth)
      throw new IsoError('limit', `The tree is deeper than ${limits.depth} directories`);
    const bytes = await directoryBytes(source, volume, directory, limits);
    const children = await listDirectory({ source, volume, naming, directory, bytes, budget });
    if (entries.length + children.entries.length > limits.entries)
      throw new IsoError('limit', `The image has more than ${limits.entries} entries`);
    entries.push(...children.entries);
    pending.push(...children.directories);
  }
  return entries;
}

async function namingOf(source: RandomAccess, volume: IsoVolume): Promise<Naming> {
  const start = volume.root.block * volume.blockSize;
  const first = await readExactly(source, start, Math.min(SECTOR, volume.root.size), 'The root directory');
  const self = parseRecord(first, 0);
  const skip = self === undefined ? undefined : suspSkip(self.systemUse);
  if (skip !== undefined) return { kind: 'rock-ridge', skip };
  return { kind: volume.jolietRoot === undefined ? 'plain' : 'joliet' };
}

async function directoryBytes(
  source: RandomAccess,
  volume: IsoVolume,
  directory: Directory,
  limits: IsoLimits,
): Promise<Buffer> {
  const name = `The directory ${directory.path || '/'}`;
  if (directory.size > limits.directoryBytes)
    throw new IsoError('limit', `${name} has ${directory.size} bytes`);
  return readExactly(source, directory.block * volume.blockSize, directory.size, name);
}

interface Listing {
  readonly source: RandomAccess;
  readonly volume: IsoVolume;
  readonly naming: Naming;
  readonly directory: Directory;
  readonly bytes: Buffer;
  readonly budget: ContinuationBudget;
}

async function listDirectory(listing: Listing): Promise<{ entries: IsoEntry[]; directories: Directory[] }> {
  const { source, volume, naming, directory, bytes, budget } = listing;
  const entries: IsoEntry[] = [];
  const directories: Directory[] = [];
  const names = new Set<string>();
  let parts: DirectoryRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const record = parseRecord(bytes, at);
    if (record === undefined) {
      // A record never crosses a sector: the rest of this one is padding.
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    at += record.length;
    if (isSelfOrParent(record)) continue;
    parts.push(record);
    if (record.continues && !record.isDirectory) continue;

    const rock =
      naming.kind === 'rock-ridge'
        ? await readRockRidge(source, volume.blockSize, record.systemUse.subarray(naming.skip), budget)
        : undefined;
    const extents = parts;
    parts = [];
    if (rock?.relocated === true) continue;
    const name = checkedName(rock?.name ?? nameOf(naming, record));
    if (names.has(name))
      throw new IsoError('corrupt', `The directory ${directory.path || '/'} has two entries named ${name}`);
    names.add(name);
    const path = directory.path === '' ? name : `${directory.path}/${name}`;

    const kind = kindOf(record, rock);
    if (kind === 'symlink') {
      entries.push({ kind, path, target: checkedTarget(path, rock?.linkTarget) });
    } else if (kind === 'directory') {
      const child = await directoryAt(source, volume, record, rock);
      entries.push({ kind, path });
      directories.push({ ...child, path, depth: directory.depth + 1 });
    } else if (kind === 'file') {
      if (rock?.transformed === true)
        throw new IsoError('unsupported', `${path} is stored compressed or sparse`);
      entries.push(fileOf(path, extents, volume, source));
    } else {
      throw new IsoError('hostile', `${path} is a device, socket or pipe`);
    }
  }
  if (parts.length > 0)
    throw new IsoError('corrupt', `A file in ${directory.path || '/'} lacks its last extent`);
  return { entries, directories };
}

function nameOf(naming: Naming, record: DirectoryRecord): string {
  return naming.kind === 'joliet' ? jolietName(record.identifier) : plainName(record.identifier);
}

function kindOf(
  record: DirectoryRecord,
  rock: RockRidge | undefined,
): 'file' | 'directory' | 'symlink' | 'other' {
  if (record.isDirectory || rock?.childBlock !== undefined) return 'directory';
  if (rock?.mode === undefined) return rock?.linkTarget === undefined ? 'file' : 'symlink';
  const type = rock.mode & S_IFMT;
  if (type === S_IFLNK) return 'symlink';
  if (type === S_IFREG || type === 0) return 'file';
  return type === S_IFDIR ? 'directory' : 'other';
}

function checkedTarget(path: string, target: string | undefined): string {
  if (target === undefined || target === '')
    throw new IsoError('corrupt', `The symbolic link ${path} has no target`);
  if (target.includes('\0'))
    throw new IsoError('hostile', `The symbolic link ${path} has a NUL in its target`);
  return target;
}

/** Where a directory's own records are; for a relocated one its size stands in its `.` record. */
async function directoryAt(
  source: RandomAccess,
  volume: IsoVolume,
  record: DirectoryRecord,
  rock: RockRidge | undefined,
): Promise<{ block: number; size: number }> {
  if (rock?.childBlock === undefined) return { block: record.block, size: record.size };
  const first = await readExactly(
    source,
    rock.childBlock * volume.blockSize,
    volume.blockSize,
    'A moved directory',
  );
  const self = parseRecord(first, 0);
  if (self?.isDirectory !== true)
    throw new IsoError('corrupt', 'A moved directory is not where it should be');
  return { block: rock.childBlock, size: self.size };
}

function fileOf(
  path: string,
  records: readonly DirectoryRecord[],
  volume: IsoVolume,
  source: RandomAccess,
): IsoEntry {
  const extents: Extent[] = [];
  let size = 0;
  for (const record of records) {
    if (record.interleaved) throw new IsoError('unsupported', `${path} is stored interleaved`);
    const offset = record.block * volume.blockSize;
    size += record.size;
    // An empty file may point anywhere.
    if (record.size === 0) continue;
    if (offset + record.size > source.size) {
      throw new IsoError(
        'truncated',
        `${path} ends at byte ${offset + record.size}, the image has only ${source.size}`,
      );
    }
    extents.push({ offset, length: record.size });
  }
  return { kind: 'file', path, size, extents };
}
