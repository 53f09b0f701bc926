import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  contentHeaderLength,
  decodeContentHeader,
  fitsInMemory,
  verifyContent,
  verifyContentStream,
} from '../../protocol/ostree/content.ts';
import { OstreeError } from '../../protocol/ostree/error.ts';
import { metadataText, MOST_METADATA_BYTES } from '../../protocol/ostree/metadata.ts';
import { deltaTarget, isChecksum, isServedPath, objectPath } from '../../protocol/ostree/object-name.ts';
import type { ObjectName } from '../../protocol/ostree/object-name.ts';
import { isArchive, parseRepositoryConfig, servedConfig } from '../../protocol/ostree/repository-config.ts';
import { summaryRefs } from '../../protocol/ostree/summary.ts';
import { walkCommit } from '../../protocol/ostree/walk.ts';
import type { Image } from '../../domain/media/image.ts';
import type { Effort } from './effort.ts';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';
import { NewFile, OpenFile, regularSize, writeNew } from './file-io.ts';
import type { RepositoryReader } from './repository-reader.ts';

/** What is known of an image once it is copied. */
export type CopiedRepository = Pick<
  Image,
  'ref' | 'commit' | 'version' | 'committedAt' | 'objects' | 'size' | 'hasSummary' | 'deltas'
>;

const MOST_CONFIG = 1024 * 1024;
const MOST_SUMMARY = 64 * 1024 * 1024;

/**
 * Copies everything a ref needs into a new repository, verifying each object on the way, so that what is there
 * afterwards is complete and right. Other refs, history and local state stay behind.
 */
export async function copyRepository(
  reader: RepositoryReader,
  target: string,
  ref: string,
  subject: Subject,
  effort: Effort,
): Promise<CopiedRepository> {
  const copy = new Copy(reader, target, effort);
  const config = parseRepositoryConfig(copy.read('config', MOST_CONFIG)?.toString('utf8') ?? '');
  if (config === undefined) throw invalid(subject, 'There is no OSTree repository in it.');
  if (!isArchive(config)) {
    throw invalid(
      subject,
      `The repository has mode ${config.mode.slice(0, 40)}; only an archive can be served.`,
      'Make an archive of it: `ostree init --repo=NEW --mode=archive`, then `ostree pull-local --repo=NEW OLD REF`.',
    );
  }
  const commit = readRef(copy, reader, ref, subject);
  copy.write('config', Buffer.from(servedConfig(config)));
  // ostree's own tools expect the empty directories of a repository too.
  for (const empty of ['refs/remotes', 'tmp', 'state', 'extensions'])
    mkdirSync(join(target, empty), { recursive: true, mode: 0o755 });
  copy.write(`refs/heads/${ref}`, Buffer.from(`${commit}\n`));

  let done = 0;
  const reached = await walkCommit(commit, {
    metadata: (name) => {
      const bytes = copy.read(objectPath(name), MOST_METADATA_BYTES);
      if (bytes !== undefined) copy.take(objectPath(name), bytes);
      effort.progress({ phase: 'verifying', unit: 'objects', done: ++done, total: undefined });
      return Promise.resolve(bytes);
    },
    content: async (name) => {
      const found = await copy.takeContent(name);
      effort.progress({ phase: 'verifying', unit: 'objects', done: ++done, total: undefined });
      return found;
    },
  });
  copy.takeIfPresent(`objects/${commit.slice(0, 2)}/${commit.slice(2)}.commitmeta`);
  const hasSummary = copySummary(copy, ref, commit);
  return {
    ref,
    commit,
    version: metadataText(reached.commit, 'version'),
    committedAt: reached.commit.timestamp * 1000,
    objects: reached.objects,
    hasSummary,
    deltas: copyDeltas(copy, reader, commit),
    size: copy.bytes,
  };
}

function readRef(copy: Copy, reader: RepositoryReader, ref: string, subject: Subject): string {
  const commit = copy.read(`refs/heads/${ref}`, 1024)?.toString('latin1').trim();
  if (commit !== undefined && isChecksum(commit)) return commit;
  if (commit !== undefined) throw invalid(subject, `The ref ${ref} names no commit.`);
  const refs = [...reader.list('refs/heads')]
    .map((path) => path.slice('refs/heads/'.length))
    .filter((path) => isServedPath(`refs/heads/${path}`))
    .sort();
  const shown = refs.slice(0, 20).join(', ');
  throw invalid(
    subject,
    `The repository has no ref ${ref}.`,
    refs.length === 0 ? undefined : `Name one of its refs with --ref: ${shown}.`,
  );
}

/**
 * Keeps the summary, which pulls need in order to find static deltas, only if it lists what we serve and nothing else.
 * It may be signed, so it is never rewritten.
 */
function copySummary(copy: Copy, ref: string, commit: string): boolean {
  const summary = copy.read('summary', MOST_SUMMARY);
  if (summary === undefined) return false;
  let refs;
  try {
    refs = summaryRefs(summary);
  } catch (error) {
    if (error instanceof OstreeError) return false;
    throw error;
  }
  if (refs.size !== 1 || refs.get(ref) !== commit) return false;
  copy.take('summary', summary);
  copy.takeIfPresent('summary.sig');
  return true;
}

/** Static deltas to the commit, whole. Clients verify them; a wrong one makes a pull fall back or fail, never install it. */
function copyDeltas(copy: Copy, reader: RepositoryReader, commit: string): number {
  let count = 0;
  for (const [root, isStart] of [
    ['deltas', /\/superblock$/],
    ['delta-indexes', /\.index$/],
  ] as const) {
    for (const path of reader.list(root)) {
      if (!isServedPath(path) || deltaTarget(path.slice(root.length + 1)) !== commit) continue;
      copy.takeIfPresent(path);
      if (root === 'deltas' && isStart.test(path)) count += 1;
    }
  }
  return count;
}

/** One repository being filled from another. */
class Copy {
  bytes = 0;
  readonly #reader: RepositoryReader;
  readonly #target: string;
  readonly #effort: Effort;
  readonly #made = new Set<string>();

  constructor(reader: RepositoryReader, target: string, effort: Effort) {
    this.#reader = reader;
    this.#target = target;
    this.#effort = effort;
  }

  /** Reads a whole file of the source. */
  read(path: string, most: number): Buffer | undefined {
    this.#effort.check();
    const file = this.#reader.locate(path);
    if (file === undefined) return undefined;
    const size = regularSize(file) ?? 0;
    if (size > most) throw new OstreeError('limit', `${path} has ${size} bytes`);
    return readFileSync(file);
  }

  write(path: string, bytes: Uint8Array): void {
    writeNew(this.#place(path), bytes, this.#effort);
    this.bytes += bytes.byteLength;
  }

  /** Takes a file of the source over whose content was read already. */
  take(path: string, bytes: Uint8Array): void {
    const file = this.#reader.linkable ? this.#reader.locate(path) : undefined;
    if (file === undefined) {
      this.write(path, bytes);
      return;
    }
    linkSync(file, this.#place(path));
    this.bytes += bytes.byteLength;
  }

  takeIfPresent(path: string): void {
    const source = this.#open(path);
    if (source === undefined) return;
    try {
      this.#takeWhole(path, source);
    } finally {
      source.close();
    }
  }

  /** Takes a content object over and verifies it. */
  async takeContent(name: ObjectName): Promise<boolean> {
    const path = objectPath(name);
    const source = this.#open(path);
    if (source === undefined) return false;
    try {
      const start = source.readNow(0, Math.min(source.size, 64 * 1024));
      const headerLength = contentHeaderLength(start);
      const header = decodeContentHeader(
        headerLength <= start.length ? start : source.readNow(0, headerLength),
      );
      if (fitsInMemory(header, source.size)) {
        const object = start.length === source.size ? start : source.readNow(0, source.size);
        verifyContent(name.checksum, object);
        this.take(path, object);
      } else {
        this.#takeWhole(path, source);
        const taken = OpenFile.open(join(this.#target, path), false);
        if (taken === undefined) return false;
        try {
          const pieces = checked(taken, header.dataOffset, this.#effort);
          await verifyContentStream(name.checksum, header, pieces);
        } finally {
          taken.close();
        }
      }
      return true;
    } finally {
      source.close();
    }
  }

  #open(path: string): OpenFile | undefined {
    this.#effort.check();
    const file = this.#reader.locate(path);
    return file === undefined ? undefined : OpenFile.open(file, false);
  }

  #takeWhole(path: string, source: OpenFile): void {
    const file = this.#reader.linkable ? this.#reader.locate(path) : undefined;
    if (file !== undefined) {
      linkSync(file, this.#place(path));
    } else {
      const out = new NewFile(this.#place(path), this.#effort);
      try {
        source.pump(0, source.size, [out], this.#effort);
      } finally {
        out.close();
      }
    }
    this.bytes += source.size;
  }

  #place(path: string): string {
    const place = join(this.#target, path);
    const directory = dirname(place);
    if (!this.#made.has(directory)) {
      mkdirSync(directory, { recursive: true, mode: 0o755 });
      this.#made.add(directory);
    }
    return place;
  }
}

async function* checked(file: OpenFile, offset: number, effort: Effort): AsyncGenerator<Buffer> {
  for (const piece of file.pieces(offset, file.size - offset)) {
    effort.check();
    yield piece;
    // Lets the unpacking stream take its turn.
    await Promise.resolve();
  }
}
