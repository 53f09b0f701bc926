import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, ImageSource } from '../../domain/media/image.ts';
import { directoryBlobs, tarBlobs } from './blob-source.ts';
import type { BlobSource } from './blob-source.ts';
import { openContainerImage } from './container-image.ts';
import { copyRepository } from './copy-repository.ts';
import { packingOf, unpack } from './decompress.ts';
import type { Effort } from './effort.ts';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';
import { NewFile, OpenFile, regularSize, syncTree } from './file-io.ts';
import { formatImageManifest, IMAGE_MANIFEST } from './manifest.ts';
import { RepositoryOverlay } from './repository-overlay.ts';
import { DirectoryRepository } from './repository-reader.ts';
import type { RepositoryReader } from './repository-reader.ts';

export interface ImageJob {
  readonly kind: 'image';
  readonly path: string;
  readonly name: string;
  readonly ref: string;
  readonly staging: string;
  readonly importedAt: number;
}

/** Where `ocne image create --type ostree` puts the archive in its container image. */
const OCNE_REPOSITORY = 'usr/share/nginx/html/ostree';

interface Found {
  readonly source: ImageSource;
  readonly repository: RepositoryReader;
}

/** Finds the repository in whatever was given, and leaves a complete, verified, durable copy in the staging directory. */
export async function extractImage(job: ImageJob, effort: Effort): Promise<Image> {
  const subject: Subject = { kind: 'image', path: job.path };
  const work = join(job.staging, 'work');
  mkdirSync(work, { mode: 0o700 });
  const opened: BlobSource[] = [];
  try {
    const found = statSync(job.path).isDirectory()
      ? await inDirectory(job.path, { work, subject, effort, opened })
      : await inArchive(job.path, { work, subject, effort, opened });
    const target = join(job.staging, 'repo');
    const copied = await copyRepository(found.repository, target, job.ref, subject, effort);
    rmSync(work, { recursive: true });
    const image: Image = {
      name: job.name,
      ...copied,
      source: found.source,
      importedAt: job.importedAt,
    };
    writeFileSync(join(job.staging, IMAGE_MANIFEST), formatImageManifest(image), { flag: 'wx', mode: 0o644 });
    syncTree(job.staging, effort);
    return image;
  } finally {
    for (const blobs of opened) blobs.close();
  }
}

interface Surroundings {
  readonly work: string;
  readonly subject: Subject;
  readonly effort: Effort;
  /** To be closed when the import is over. */
  readonly opened: BlobSource[];
}

async function inDirectory(path: string, around: Surroundings): Promise<Found> {
  for (const inside of ['', 'ostree', 'repo', OCNE_REPOSITORY]) {
    const root = join(path, inside);
    if (regularSize(join(root, 'config')) !== undefined && isDirectory(join(root, 'objects')))
      return { source: 'repository', repository: new DirectoryRepository(root) };
  }
  const blobs = directoryBlobs(path);
  around.opened.push(blobs);
  const found = await inContainer(blobs, around);
  if (found === undefined)
    throw invalid(around.subject, 'The directory is neither an OSTree repository nor an OCI layout.');
  return found;
}

async function inArchive(path: string, around: Surroundings): Promise<Found> {
  const { subject, effort, opened } = around;
  const blobs = await tarBlobs(await openTar(path, around), subject, effort);
  opened.push(blobs);
  const container = await inContainer(blobs, around);
  if (container !== undefined) return container;

  const paths = blobs.paths();
  const roots = paths
    .filter((one) => one === 'config' || one.endsWith('/config'))
    .map((one) => one.slice(0, -'config'.length))
    .filter((root) => paths.some((one) => one.startsWith(`${root}objects/`)));
  const [root, ...others] = roots;
  if (root === undefined)
    throw invalid(subject, 'The archive holds neither an OSTree repository nor a container image.');
  if (others.length > 0)
    throw invalid(
      subject,
      `The archive holds ${roots.length} repositories: ${roots.slice(0, 5).join(', ')}.`,
    );
  const overlay = new RepositoryOverlay(root.replace(/\/$/, ''), around.work, subject, effort);
  const tar = await openTar(path, around);
  try {
    await overlay.add(() => unpack(tar.pieces(0, tar.size), 'none'));
  } finally {
    tar.close();
  }
  return { source: 'repository-tar', repository: overlay };
}

async function inContainer(blobs: BlobSource, around: Surroundings): Promise<Found | undefined> {
  const { work, subject, effort } = around;
  const image = await openContainerImage(blobs, subject, effort);
  if (image === undefined) return undefined;
  const overlay = new RepositoryOverlay(OCNE_REPOSITORY, work, subject, effort);
  for (const [index, layer] of image.layers.entries()) {
    await overlay.add(layer);
    effort.progress({ phase: 'unpacking', unit: 'objects', done: index + 1, total: image.layers.length });
  }
  if (overlay.locate('config') === undefined)
    throw invalid(subject, `The container image has no OSTree repository at /${OCNE_REPOSITORY}.`);
  return { source: image.source, repository: overlay };
}

/** Opens a tar; a packed one is unpacked beside the import first, because its members are needed out of order. */
async function openTar(path: string, { work, subject, effort }: Surroundings): Promise<OpenFile> {
  const file = OpenFile.open(path);
  if (file === undefined) throw invalid(subject, 'This is neither a file nor a directory.');
  const packing = packingOf(file.readNow(0, 8));
  if (packing === 'none') return file;
  const plain = join(work, 'archive.tar');
  try {
    if (packing === 'unknown') throw invalid(subject, 'It is packed in a way that is neither gzip nor zstd.');
    if (regularSize(plain) === undefined) await unpackTo(plain, file, packing, subject, effort);
  } finally {
    file.close();
  }
  const unpacked = OpenFile.open(plain);
  if (unpacked === undefined) throw invalid(subject, 'It could not be unpacked.');
  return unpacked;
}

async function unpackTo(
  target: string,
  file: OpenFile,
  packing: 'gzip' | 'zstd',
  subject: Subject,
  effort: Effort,
): Promise<void> {
  const out = new NewFile(target, effort);
  try {
    for await (const piece of unpack(file.pieces(0, file.size), packing)) out.update(piece);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(Z_|ZSTD_)/.test(code)) throw error;
    throw invalid(subject, 'It is damaged or cut short.');
  } finally {
    out.close();
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
