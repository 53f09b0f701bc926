import { IsoError } from './error.ts';
import type { RandomAccess } from './random-access.ts';
import { readExactly } from './random-access.ts';

/** What the Rock Ridge entries (IEEE P1282) of one record say. */
export interface RockRidge {
  /** Alternate name (NM). */
  readonly name: string | undefined;
  /** POSIX mode with the file type bits (PX). */
  readonly mode: number | undefined;
  /** Target of a symbolic link (SL). */
  readonly linkTarget: string | undefined;
  /** Block of a directory that was moved up to stay within eight levels (CL). */
  readonly childBlock: number | undefined;
  /** This record is where a moved directory landed (RE); it is listed in its right place elsewhere. */
  readonly relocated: boolean;
  /** Content is transformed (zisofs ZF, sparse SF) and would be served as rubbish. */
  readonly transformed: boolean;
}

/** Bytes of continuation areas that may still be read: every record could point at the same large one. */
export interface ContinuationBudget {
  bytes: number;
}

const MOST_CONTINUATIONS = 32;
const MOST_NAME = 1024;
const MOST_TARGET = 4096;
const SL_CONTINUE = 1;

/**
 * Whether System Use entries follow SUSP (IEEE P1281), and how many bytes to skip in each record: the SP entry of the
 * root's own record.
 */
export function suspSkip(systemUse: Buffer): number | undefined {
  // CD-XA images put 14 bytes in front (SUSP 5.3).
  for (const at of [0, 14]) {
    if (systemUse.toString('latin1', at, at + 2) !== 'SP' || systemUse.length < at + 7) continue;
    if (systemUse.readUInt16BE(at + 4) === 0xbeef) return systemUse.readUInt8(at + 6);
  }
  return undefined;
}

/**
 * Reads the Rock Ridge entries of a record, following continuation areas (CE) a bounded number of times.
 *
 * @throws IsoError
 */
export async function readRockRidge(
  source: RandomAccess,
  blockSize: number,
  systemUse: Buffer,
  budget: ContinuationBudget,
): Promise<RockRidge> {
  const name: Buffer[] = [];
  const components: string[] = [];
  let linkOpen = false;
  let isLink = false;
  let mode: number | undefined;
  let childBlock: number | undefined;
  let relocated = false;
  let transformed = false;

  let area: Buffer | undefined = systemUse;
  for (let hops = 0; area !== undefined; hops += 1) {
    if (hops > MOST_CONTINUATIONS)
      throw new IsoError('hostile', 'A record has too many or looping continuation areas');
    let next: { block: number; offset: number; length: number } | undefined;
    for (const { signature, data } of suspEntries(area)) {
      switch (signature) {
        case 'NM':
          // Bits 1 and 2 stand for `.` and `..`, whose records have those meanings already.
          if (data.length > 1 && (data.readUInt8(0) & 0x06) === 0) name.push(data.subarray(1));
          break;
        case 'PX':
          if (data.length >= 4) mode = data.readUInt32LE(0);
          break;
        case 'SL':
          isLink = true;
          linkOpen = readLink(data, components, linkOpen);
          break;
        case 'CL':
          if (data.length >= 4) childBlock = data.readUInt32LE(0);
          break;
        case 'RE':
          relocated = true;
          break;
        case 'ZF':
        case 'SF':
          transformed = true;
          break;
        case 'CE':
          if (data.length >= 24)
            next = {
              block: data.readUInt32LE(0),
              offset: data.readUInt32LE(8),
              length: data.readUInt32LE(16),
            };
          break;
        default:
          break;
      }
    }
    area = undefined;
    if (next !== undefined) {
      budget.bytes -= next.length;
      if (next.length > 0xffff || budget.bytes < 0)
        throw new IsoError('limit', 'The continuation areas of the image are too large');
      area = await readExactly(
        source,
        next.block * blockSize + next.offset,
        next.length,
        'A continuation area',
      );
    }
  }

  const nameBytes = Buffer.concat(name);
  const linkTarget = isLink ? joinComponents(components) : undefined;
  if (nameBytes.length > MOST_NAME || (linkTarget?.length ?? 0) > MOST_TARGET)
    throw new IsoError('hostile', 'A Rock Ridge name or link target is too long');
  return {
    name: name.length === 0 ? undefined : nameBytes.toString('utf8'),
    mode,
    linkTarget,
    childBlock,
    relocated,
    transformed,
  };
}

function* suspEntries(area: Buffer): Generator<{ signature: string; data: Buffer }> {
  let at = 0;
  while (at + 4 <= area.length) {
    const length = area.readUInt8(at + 2);
    // Padding, or something that is no SUSP entry: nothing after it can be trusted.
    if (length < 4 || at + length > area.length) return;
    const signature = area.toString('latin1', at, at + 2);
    if (signature === 'ST') return;
    yield { signature, data: area.subarray(at + 4, at + length) };
    at += length;
  }
}

/** Adds the components of one SL entry; returns whether the last component goes on in the next entry. */
function readLink(data: Buffer, components: string[], openBefore: boolean): boolean {
  let open = openBefore;
  let at = 1;
  while (at + 2 <= data.length) {
    const flags = data.readUInt8(at);
    const length = data.readUInt8(at + 1);
    if (at + 2 + length > data.length) break;
    const text = data.toString('utf8', at + 2, at + 2 + length);
    const component = flags & 2 ? '.' : flags & 4 ? '..' : flags & 8 ? '' : text;
    if (open) components.push((components.pop() ?? '') + component);
    else components.push(component);
    open = (flags & SL_CONTINUE) !== 0;
    at += 2 + length;
  }
  return open;
}

/** A root component is stored as an empty string, so that joining gives an absolute path. */
function joinComponents(components: readonly string[]): string {
  return components.length === 1 && components[0] === '' ? '/' : components.join('/');
}
