import { createHash } from 'node:crypto';
import { SECTOR } from './volume.ts';
import type { IsoVolume } from './volume.ts';

/** Where the application use area lies in the image; it is hashed as blanks. */
const AREA = { start: 16 * SECTOR + 883, length: 512 };

/** The checksum that `implantisomd5` leaves in Red Hat style installer images. */
export interface ImplantedChecksum {
  /** MD5 in lower-case hex. A check against damage, not against an adversary. */
  readonly md5: string;
  /** Bytes from the start that it covers. */
  readonly covers: number;
}

/** Reads the implanted checksum, if the image has one. */
export function implantedChecksum(volume: IsoVolume): ImplantedChecksum | undefined {
  const text = volume.applicationUse.toString('latin1');
  const md5 = /ISO MD5SUM = ([0-9a-f]{32})/.exec(text)?.[1];
  const skip = /SKIPSECTORS = ([0-9]{1,9})/.exec(text)?.[1];
  if (md5 === undefined || skip === undefined) return undefined;
  const covers = volume.claimedSize - Number(skip) * SECTOR;
  return covers > AREA.start + AREA.length ? { md5, covers } : undefined;
}

/** Computes the checksum over an image given piece by piece, in order. */
export class ChecksumMeter {
  readonly #hash = createHash('md5');
  readonly #expected: ImplantedChecksum;
  #at = 0;

  constructor(expected: ImplantedChecksum) {
    this.#expected = expected;
  }

  /** Takes the next bytes; the array is not changed and not kept. */
  update(bytes: Uint8Array): void {
    const start = this.#at;
    this.#at += bytes.byteLength;
    let part = bytes.subarray(0, Math.max(0, Math.min(bytes.byteLength, this.#expected.covers - start)));
    const from = Math.max(AREA.start, start);
    const to = Math.min(AREA.start + AREA.length, start + part.byteLength);
    if (from < to) {
      part = Uint8Array.from(part);
      part.fill(0x20, from - start, to - start);
    }
    this.#hash.update(part);
  }

  /** Whether what went through is what the image's maker checksummed. */
  matches(): boolean {
    return this.#hash.digest('hex') === this.#expected.md5;
  }
}
