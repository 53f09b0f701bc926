import { join } from 'node:path';
import { isServedPath } from '../../protocol/ostree/object-name.ts';
import type { Effort } from './effort.ts';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';
import { NewFile } from './file-io.ts';
import type { RepositoryReader } from './repository-reader.ts';
import { checkedPath, tarEntries } from './tar-entries.ts';
import type { TarEntry } from './tar-entries.ts';

interface Held {
  readonly file: string;
  /** The layer that brought it: whiteouts act on lower layers only (OCI image-spec, layer.md). */
  readonly layer: number;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * The repository inside a stack of layers. Only files that a pull can ask for are unpacked, under names of our own;
 * nothing in an archive decides where we write.
 */
export class RepositoryOverlay implements RepositoryReader {
  readonly linkable = true;
  readonly #prefix: string;
  readonly #directory: string;
  readonly #subject: Subject;
  readonly #effort: Effort;
  readonly #files = new Map<string, Held>();
  readonly #links = new Set<string>();
  #layer = 0;
  #written = 0;

  /**
   * @param prefix where the repository lies in the layers, `''` for the root
   * @param directory where unpacked files go
   */
  constructor(prefix: string, directory: string, subject: Subject, effort: Effort) {
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#directory = directory;
    this.#subject = subject;
    this.#effort = effort;
  }

  locate(path: string): string | undefined {
    return this.#files.get(path)?.file;
  }

  *list(directory: string): Generator<string> {
    for (const path of this.#files.keys()) if (path.startsWith(`${directory}/`)) yield path;
  }

  /**
   * Lays one more layer over what is there.
   *
   * @param open gives the unpacked bytes of the layer; called again when hard links need a second look
   */
  async add(open: () => AsyncIterable<Buffer>): Promise<void> {
    this.#layer += 1;
    const wanted = new Map<string, string[]>();
    for await (const entry of tarEntries(open(), this.#subject)) {
      this.#effort.check();
      await this.#take(entry, wanted);
    }
    if (wanted.size > 0) await this.#takeTargets(open, wanted);
  }

  async #take(entry: TarEntry, wanted: Map<string, string[]>): Promise<void> {
    const slash = entry.path.lastIndexOf('/');
    const name = entry.path.slice(slash + 1);
    if (name.startsWith(WHITEOUT)) {
      const parent = entry.path.slice(0, Math.max(0, slash));
      if (name === OPAQUE) this.#forget(parent);
      else this.#forget(join(parent, name.slice(WHITEOUT.length)));
      return;
    }
    if (entry.type === 'directory') {
      this.#links.delete(entry.path);
      return;
    }
    const inside = this.#inside(entry.path);
    if (inside === undefined) {
      // Something that is no directory now stands where one on the way to the repository stood.
      if (this.#prefix.startsWith(`${entry.path}/`)) {
        this.#forget(entry.path);
        this.#links.add(entry.path);
      }
      return;
    }
    this.#refuseThroughLink(entry.path);
    if (entry.type === 'special')
      throw invalid(this.#subject, `It contains a device or pipe in the repository: ${entry.path}.`);
    if (entry.type === 'symlink') {
      this.#refuseEscape(entry);
      this.#forget(entry.path);
      this.#links.add(entry.path);
      return;
    }
    if (!isServedPath(inside)) return;
    if (entry.type === 'file') {
      this.#files.set(inside, { file: await this.#unpack(entry), layer: this.#layer });
      return;
    }
    const target = checkedPath(entry.target, this.#subject);
    const held = target === undefined ? undefined : this.#held(target);
    if (held !== undefined) this.#files.set(inside, { file: held.file, layer: this.#layer });
    else if (target !== undefined) wanted.set(target, [...(wanted.get(target) ?? []), inside]);
  }

  /**
   * Unpacks targets of hard links that lie outside the repository. `ostree pull-local` from one repository of the image
   * into another links metadata objects, and tar stores the content with whichever name comes first.
   */
  async #takeTargets(open: () => AsyncIterable<Buffer>, wanted: Map<string, string[]>): Promise<void> {
    for await (const entry of tarEntries(open(), this.#subject)) {
      this.#effort.check();
      const paths = wanted.get(entry.path);
      if (paths === undefined || entry.type !== 'file') continue;
      const file = await this.#unpack(entry);
      for (const path of paths) this.#files.set(path, { file, layer: this.#layer });
      wanted.delete(entry.path);
    }
    const [missing] = wanted;
    if (missing !== undefined) {
      const [target, [path = '']] = missing;
      throw invalid(this.#subject, `${path} is a hard link to ${target}, which is not in the archive.`);
    }
  }

  async #unpack(entry: TarEntry): Promise<string> {
    this.#written += 1;
    const file = join(this.#directory, this.#written.toString(36));
    const out = new NewFile(file, this.#effort);
    try {
      for await (const piece of entry.content) out.update(piece);
    } finally {
      out.close();
    }
    return file;
  }

  #inside(path: string): string | undefined {
    return path.startsWith(this.#prefix) ? path.slice(this.#prefix.length) : undefined;
  }

  #held(path: string): Held | undefined {
    const inside = this.#inside(path);
    return inside === undefined ? undefined : this.#files.get(inside);
  }

  /** Drops what lower layers have at or below a path. */
  #forget(path: string): void {
    const root = path === '' ? '' : `${path}/`;
    for (const [inside, { layer }] of this.#files) {
      const full = this.#prefix + inside;
      if (layer < this.#layer && (full === path || full.startsWith(root))) this.#files.delete(inside);
    }
    for (const link of this.#links) if (link === path || link.startsWith(root)) this.#links.delete(link);
  }

  #refuseThroughLink(path: string): void {
    if (this.#links.size === 0) return;
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (this.#links.has(path.slice(0, slash)))
        throw invalid(this.#subject, `${path} leads through a symbolic link.`);
    }
  }

  #refuseEscape(entry: TarEntry): void {
    const inside = this.#inside(join(entry.path, '..', entry.target));
    if (entry.target.startsWith('/') || inside === undefined || inside.startsWith('..'))
      throw invalid(this.#subject, `The symbolic link ${entry.path} points out of the repository.`);
  }
}
