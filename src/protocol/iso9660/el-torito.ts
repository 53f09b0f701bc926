import { IsoError } from './error.ts';
import type { RandomAccess } from './random-access.ts';
import { readExactly } from './random-access.ts';
import { SECTOR } from './volume.ts';

/** One thing that firmware can boot from the image (El Torito 1.0, and the UEFI specification 13.3.2.1 for 0xEF). */
export interface BootEntry {
  readonly platform: 'bios' | 'uefi' | 'other';
  readonly bootable: boolean;
  /** Without emulation, the only kind in use since floppies. */
  readonly noEmulation: boolean;
  /** Where the boot image starts, in bytes. */
  readonly offset: number;
  /** Length in 512-byte sectors as the catalog has it; often a token value. */
  readonly sectors: number;
}

const MOST_ENTRIES = 64;

/**
 * Lists the boot catalog.
 *
 * @throws IsoError `corrupt` when the validation entry does not add up, `truncated`
 */
export async function readBootCatalog(source: RandomAccess, sector: number): Promise<BootEntry[]> {
  const catalog = await readExactly(source, sector * SECTOR, SECTOR, 'The boot catalog');
  if (catalog[0] !== 1 || catalog.readUInt16LE(30) !== 0xaa55 || sum16(catalog.subarray(0, 32)) !== 0)
    throw new IsoError('corrupt', 'The boot catalog has no valid first entry');
  const entries: BootEntry[] = [];
  let platform = platformOf(catalog.readUInt8(1));
  entries.push(bootEntry(catalog, 32, platform));
  let left = 0;
  for (let at = 64; at + 32 <= catalog.length && entries.length < MOST_ENTRIES; at += 32) {
    const id = catalog.readUInt8(at);
    if (id === 0x90 || id === 0x91) {
      platform = platformOf(catalog.readUInt8(at + 1));
      left = catalog.readUInt16LE(at + 2);
    } else if (left > 0 && id !== 0x44) {
      entries.push(bootEntry(catalog, at, platform));
      left -= 1;
    } else if (id !== 0x44) {
      break;
    }
  }
  return entries;
}

function bootEntry(catalog: Buffer, at: number, platform: BootEntry['platform']): BootEntry {
  return {
    platform,
    bootable: catalog.readUInt8(at) === 0x88,
    noEmulation: (catalog.readUInt8(at + 1) & 0x0f) === 0,
    offset: catalog.readUInt32LE(at + 8) * SECTOR,
    sectors: catalog.readUInt16LE(at + 6),
  };
}

function platformOf(id: number): BootEntry['platform'] {
  return id === 0 ? 'bios' : id === 0xef ? 'uefi' : 'other';
}

function sum16(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum = (sum + bytes.readUInt16LE(at)) & 0xffff;
  return sum;
}
