import { createHash } from 'node:crypto';
import { OstreeError } from './error.ts';
import { decodeCommit, decodeDirMeta, decodeDirTree } from './metadata.ts';
import type { Commit } from './metadata.ts';
import { objectPath } from './object-name.ts';
import type { Checksum, ObjectName } from './object-name.ts';

/** How a walk reads and takes objects. */
export interface ObjectSource {
  /** A whole metadata object, or undefined when the repository lacks it. */
  metadata(name: ObjectName): Promise<Buffer | undefined>;
  /**
   * Called once for each content object that the commit needs. Resolves to false when the repository lacks it; throws
   * when it is damaged.
   */
  content(name: ObjectName): Promise<boolean>;
}

export interface WalkLimits {
  readonly depth: number;
  readonly objects: number;
}

export const WALK_LIMITS: WalkLimits = { depth: 512, objects: 5_000_000 };

/** The objects that a commit needs, without its history. */
export interface Reachable {
  readonly commit: Commit;
  readonly objects: number;
}

/**
 * Visits every object that a commit needs, each once, and checks metadata objects against their checksums.
 *
 * @throws OstreeError naming the first object that is missing or damaged
 */
export async function walkCommit(
  checksum: Checksum,
  source: ObjectSource,
  limits: WalkLimits = WALK_LIMITS,
): Promise<Reachable> {
  const seen = new Set<string>();
  /** True when the object has not been visited before. */
  const enter = ({ checksum: sum, kind }: ObjectName): boolean => {
    const key = `${sum}.${kind}`;
    if (seen.has(key)) return false;
    if (seen.size >= limits.objects)
      throw new OstreeError('limit', `The commit needs more than ${limits.objects} objects`);
    seen.add(key);
    return true;
  };
  const read = async <T>(name: ObjectName, decode: (bytes: Buffer) => T): Promise<T> => {
    const bytes = await source.metadata(name);
    if (bytes === undefined) throw missing(name);
    if (createHash('sha256').update(bytes).digest('hex') !== name.checksum)
      throw new OstreeError('corrupt', `Object ${objectPath(name)} does not match its checksum`);
    return decode(bytes);
  };

  const commitName: ObjectName = { checksum, kind: 'commit' };
  enter(commitName);
  const commit = await read(commitName, decodeCommit);
  const pending = [{ tree: commit.tree, meta: commit.treeMeta, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { tree, meta, depth } = next;
    if (depth > limits.depth)
      throw new OstreeError('limit', `The tree is deeper than ${limits.depth} directories`);
    const metaName: ObjectName = { checksum: meta, kind: 'dirmeta' };
    if (enter(metaName)) await read(metaName, decodeDirMeta);
    const treeName: ObjectName = { checksum: tree, kind: 'dirtree' };
    if (!enter(treeName)) continue;
    const { files, directories } = await read(treeName, decodeDirTree);
    for (const file of files) {
      const name: ObjectName = { checksum: file.checksum, kind: 'filez' };
      if (enter(name) && !(await source.content(name))) throw missing(name);
    }
    for (const child of directories) pending.push({ tree: child.tree, meta: child.meta, depth: depth + 1 });
  }
  return { commit, objects: seen.size };
}

function missing(name: ObjectName): OstreeError {
  return new OstreeError('missing', `Object ${objectPath(name)} is missing`);
}
