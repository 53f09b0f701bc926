import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { findLayout } from '../../domain/media/tree-layout.ts';
import type { TreeLayout } from '../../domain/media/tree-layout.ts';
import { formatTreeInfo, parseTreeInfo } from '../../domain/media/treeinfo.ts';
import type { TreeInfo } from '../../domain/media/treeinfo.ts';
import type { Medium } from '../../domain/media/medium.ts';
import { ChecksumMeter, implantedChecksum } from '../../protocol/iso9660/implanted-checksum.ts';
import { readTree } from '../../protocol/iso9660/tree.ts';
import type { IsoEntry } from '../../protocol/iso9660/tree.ts';
import { readVolume } from '../../protocol/iso9660/volume.ts';
import type { IsoVolume } from '../../protocol/iso9660/volume.ts';
import type { Effort } from './effort.ts';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';
import { NewFile, OpenFile, syncTree, writeNew } from './file-io.ts';
import { formatMediumManifest, MEDIUM_MANIFEST } from './manifest.ts';
import type { MediumFile } from './manifest.ts';

type IsoFile = Extract<IsoEntry, { kind: 'file' }>;

export interface MediumJob {
  readonly kind: 'medium';
  readonly file: string;
  readonly name: string;
  readonly staging: string;
  /** Take over packages and their repositories too. */
  readonly all: boolean;
  readonly importedAt: number;
}

/**
 * Directories of packages and repository metadata, which are nine tenths of a full ISO. `ostreesetup` installs none:
 * what is left is what boots and runs the installer.
 */
const PACKAGES = /^((.*\/)?(Packages|repodata)|addons|AppStream|BaseOS|HighAvailability|ResilientStorage)\//;
const MOST_SMALL_FILE = 4 * 1024 * 1024;
/** Files may share extents, so a small image can name more bytes than it has; honest ones do not by much. */
const MOST_BYTES_FACTOR = 4;

/**
 * Reads the ISO twice, once in order to hash it as published, once to take out the tree, and leaves the complete,
 * durable result in the staging directory.
 */
export async function extractMedium(job: MediumJob, effort: Effort): Promise<Medium> {
  const subject: Subject = { kind: 'medium', path: job.file };
  const iso = OpenFile.open(job.file);
  if (iso === undefined) throw invalid(subject, 'This is not a file.');
  try {
    const volume = await readVolume(iso);
    const entries = await readTree(iso, volume);
    const files = new Map<string, IsoFile>();
    for (const entry of entries) if (entry.kind === 'file') files.set(entry.path, entry);
    const aliases = resolveLinks(entries, files, subject);
    const treeInfo = readSmall(iso, files.get('.treeinfo'));
    const parsed = treeInfo === undefined ? undefined : parseTreeInfo(treeInfo);
    const layout = findLayout({
      label: volume.label,
      files: new Set([...files.keys(), ...aliases.keys()]),
      treeInfo: parsed,
      discInfo: readSmall(iso, files.get('.discinfo')),
    });

    const sums = hashImage(iso, volume, subject, effort);
    const served = extractTree({ iso, files, aliases, job, effort });
    if (treeInfo === undefined) served.push(writeTreeInfo(job, layout, effort));
    verifyTreeInfo(layout, parsed, served, subject);
    if (iso.hasChanged()) throw invalid(subject, 'The file was written to while it was read.');

    const medium: Medium = {
      name: job.name,
      label: volume.label,
      ...layout,
      isoSize: iso.size,
      ...sums,
      hasPackages: job.all,
      fileCount: served.length,
      fileBytes: served.reduce((sum, file) => sum + file.size, 0),
      importedAt: job.importedAt,
    };
    const manifest = formatMediumManifest({ medium, files: served });
    writeFileSync(join(job.staging, MEDIUM_MANIFEST), manifest, { flag: 'wx', mode: 0o644 });
    syncTree(job.staging, effort);
    return medium;
  } finally {
    iso.close();
  }
}

/** Symbolic links to files, as further names of these. A link that leaves the tree is refused even if nobody asks for it. */
function resolveLinks(
  entries: readonly IsoEntry[],
  files: ReadonlyMap<string, IsoFile>,
  subject: Subject,
): Map<string, IsoFile> {
  const aliases = new Map<string, IsoFile>();
  for (const entry of entries) {
    if (entry.kind !== 'symlink') continue;
    const target = posix.normalize(posix.join(posix.dirname(entry.path), entry.target));
    if (entry.target.startsWith('/') || target === '..' || target.startsWith('../'))
      throw invalid(subject, `The symbolic link ${entry.path} points out of the image.`);
    const file = files.get(target);
    if (file !== undefined) aliases.set(entry.path, file);
  }
  return aliases;
}

function readSmall(iso: OpenFile, file: IsoFile | undefined): string | undefined {
  if (file === undefined || file.size > MOST_SMALL_FILE) return undefined;
  const parts = file.extents.map((extent) => iso.readNow(extent.offset, extent.length));
  return Buffer.concat(parts).toString('utf8');
}

function hashImage(
  iso: OpenFile,
  volume: IsoVolume,
  subject: Subject,
  effort: Effort,
): { sha256: string; selfChecked: boolean } {
  const sha256 = createHash('sha256');
  const implanted = implantedChecksum(volume);
  const meter = implanted === undefined ? undefined : new ChecksumMeter(implanted);
  let done = 0;
  const count = {
    update: (bytes: Uint8Array): void => {
      done += bytes.byteLength;
      effort.progress({ phase: 'hashing', unit: 'bytes', done, total: iso.size });
    },
  };
  iso.pump(0, iso.size, [sha256, ...(meter === undefined ? [] : [meter]), count], effort);
  if (done !== iso.size) throw invalid(subject, 'The file was written to while it was read.');
  if (meter?.matches() === false) {
    throw invalid(
      subject,
      'The ISO does not match the checksum that its maker put into it.',
      'The file is damaged: download it again and compare its checksum.',
    );
  }
  return { sha256: sha256.digest('hex'), selfChecked: meter !== undefined };
}

interface Extraction {
  readonly iso: OpenFile;
  readonly files: ReadonlyMap<string, IsoFile>;
  readonly aliases: ReadonlyMap<string, IsoFile>;
  readonly job: MediumJob;
  readonly effort: Effort;
}

function extractTree({ iso, files, aliases, job, effort }: Extraction): MediumFile[] {
  const isWanted = (path: string): boolean => job.all || !PACKAGES.test(path);
  const wanted = new Map<string, IsoFile>();
  for (const [path, file] of files) if (isWanted(path)) wanted.set(path, file);
  for (const [path, file] of aliases) if (isWanted(path)) wanted.set(file.path, file);
  const total = [...wanted.values()].reduce((sum, file) => sum + file.size, 0);
  if (total > iso.size * MOST_BYTES_FACTOR)
    throw invalid({ kind: 'medium', path: job.file }, `The files of the image claim ${total} bytes.`);

  const served = new Map<string, MediumFile>();
  let done = 0;
  for (const [path, file] of wanted) {
    served.set(path, extractFile(iso, file, join(job.staging, 'tree', path), effort));
    done += file.size;
    effort.progress({ phase: 'extracting', unit: 'bytes', done, total });
  }
  for (const [path, file] of aliases) {
    const stored = served.get(file.path);
    if (stored !== undefined && isWanted(path)) served.set(path, { ...stored, path, stored: file.path });
  }
  return [...served.values()];
}

function extractFile(iso: OpenFile, file: IsoFile, target: string, effort: Effort): MediumFile {
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const hash = createHash('sha256');
  const out = new NewFile(target, effort);
  try {
    for (const { offset, length } of file.extents) iso.pump(offset, length, [hash, out], effort);
  } finally {
    out.close();
  }
  return { path: file.path, size: file.size, sha256: hash.digest('hex') };
}

function writeTreeInfo(job: MediumJob, layout: TreeLayout, effort: Effort): MediumFile {
  const bytes = Buffer.from(formatTreeInfo(layout));
  writeNew(join(job.staging, 'tree', '.treeinfo'), bytes, effort);
  return {
    path: '.treeinfo',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** The files that hosts boot must be what the maker of the tree checksummed. Others may have been changed by remasters. */
function verifyTreeInfo(
  layout: TreeLayout,
  treeInfo: TreeInfo | undefined,
  served: readonly MediumFile[],
  subject: Subject,
): void {
  for (const path of [layout.kernel, layout.initrd, layout.stage2]) {
    const expected = treeInfo?.checksums.get(path);
    const file = served.find((one) => one.path === path);
    if (expected !== undefined && file?.sha256 !== expected)
      throw invalid(subject, `${path} does not match its checksum in .treeinfo.`);
  }
}
