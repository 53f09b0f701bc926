import { BYTES, readArray, readString, readTuple, STRING, UINT64, VARIANT } from './gvariant.ts';
import { OstreeError } from './error.ts';
import type { Checksum } from './object-name.ts';

/**
 * The refs that a `summary` file lists: `(a(s(taya{sv}))a{sv})`.
 *
 * @throws OstreeError
 */
export function summaryRefs(bytes: Buffer): Map<string, Checksum> {
  const [refs] = readTuple(bytes, [VARIANT, VARIANT]);
  const result = new Map<string, Checksum>();
  for (const entry of readArray(refs ?? Buffer.alloc(0), 8)) {
    const [name, value] = readTuple(entry, [STRING, VARIANT]);
    const [, checksum] = readTuple(value ?? Buffer.alloc(0), [UINT64, BYTES, VARIANT]);
    if (name === undefined || checksum?.length !== 32)
      throw new OstreeError('corrupt', 'The summary lists a ref without a commit');
    result.set(readString(name), checksum.toString('hex'));
  }
  return result;
}
