import { IsoError } from './error.ts';
import type { RandomAccess } from './random-access.ts';
import { readExactly } from './random-access.ts';
import { parseRecord } from './directory-record.ts';
import type { DirectoryRecord } from './directory-record.ts';

/** ECMA-119 6.1.2: the logical sector of every medium in use. */
export const SECTOR = 2048;
/** ECMA-119 6.2.1: 16 sectors are the system's, volume descriptors follow. */
const FIRST_DESCRIPTOR = 16;
/** Real images have three or four descriptors. */
const MOST_DESCRIPTORS = 64;

/** One volume as its descriptors describe it, nothing below the root read yet. */
export interface IsoVolume {
  /** Volume identifier, trailing blanks removed: what `LABEL=` matches. */
  readonly label: string;
  /** Bytes the volume claims to fill. */
  readonly claimedSize: number;
  readonly blockSize: number;
  readonly root: DirectoryRecord;
  /** Root of the Joliet tree (UCS-2 names), when there is one. */
  readonly jolietRoot: DirectoryRecord | undefined;
  /** Sector of the El Torito boot catalog, when there is one. */
  readonly bootCatalog: number | undefined;
  /** The 512 bytes of ECMA-119 8.4.32 that isomd5sum writes its checksum in. */
  readonly applicationUse: Buffer;
}

/**
 * Reads the volume descriptors (ECMA-119 section 8).
 *
 * @throws IsoError `not-iso` for anything else, `truncated` when the volume is larger than the image
 */
export async function readVolume(source: RandomAccess): Promise<IsoVolume> {
  if (source.size < (FIRST_DESCRIPTOR + 1) * SECTOR) throw notIso();
  let primary: Buffer | undefined;
  let jolietRoot: DirectoryRecord | undefined;
  let bootCatalog: number | undefined;
  for (let index = 0; index < MOST_DESCRIPTORS; index += 1) {
    const at = (FIRST_DESCRIPTOR + index) * SECTOR;
    const descriptor = await readExactly(source, at, SECTOR, 'The volume descriptor set');
    if (descriptor.toString('latin1', 1, 6) !== 'CD001') {
      // A set without its terminator: Linux mounts it, so nothing is lost by reading on with what there is.
      if (primary === undefined) throw notIso();
      break;
    }
    const type = descriptor[0];
    if (type === 255) break;
    if (type === 0) bootCatalog ??= bootCatalogOf(descriptor);
    if (type === 1) primary ??= descriptor;
    if (type === 2 && isJoliet(descriptor)) jolietRoot ??= rootOf(descriptor);
  }
  if (primary === undefined) throw notIso();

  const blockSize = primary.readUInt16LE(128);
  if (blockSize !== 512 && blockSize !== 1024 && blockSize !== 2048)
    throw new IsoError('corrupt', `The volume has logical blocks of ${blockSize} bytes`);
  const claimedSize = primary.readUInt32LE(80) * blockSize;
  if (claimedSize > source.size) {
    throw new IsoError(
      'truncated',
      `The image has ${source.size} bytes, its volume descriptor says ${claimedSize}`,
    );
  }
  return {
    label: primary.toString('latin1', 40, 72).replace(/[\0 ]+$/, ''),
    claimedSize,
    blockSize,
    root: rootOf(primary),
    jolietRoot,
    bootCatalog,
    applicationUse: primary.subarray(883, 883 + 512),
  };
}

function notIso(): IsoError {
  return new IsoError('not-iso', 'The file has no ISO 9660 volume descriptor');
}

function rootOf(descriptor: Buffer): DirectoryRecord {
  const record = parseRecord(descriptor.subarray(156, 190), 0);
  if (record?.isDirectory !== true)
    throw new IsoError('corrupt', 'The root directory record is not a directory');
  return record;
}

/** Joliet announces UCS-2 level 1, 2 or 3 by an escape sequence. */
function isJoliet(descriptor: Buffer): boolean {
  return ['%/@', '%/C', '%/E'].includes(descriptor.toString('latin1', 88, 91));
}

function bootCatalogOf(descriptor: Buffer): number | undefined {
  return descriptor.toString('latin1', 7, 30) === 'EL TORITO SPECIFICATION'
    ? descriptor.readUInt32LE(71)
    : undefined;
}
