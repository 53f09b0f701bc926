import { IsoError } from './error.ts';

/** A directory record, ECMA-119 9.1, with its extent in logical blocks. */
export interface DirectoryRecord {
  /** Length of the record itself, in bytes. */
  readonly length: number;
  /** First block of the data, after an extended attribute record if there is one. */
  readonly block: number;
  /** Bytes of data in this extent. */
  readonly size: number;
  readonly isDirectory: boolean;
  /** Another record with the next extent of the same file follows (multi-extent, for files of 4 GiB and more). */
  readonly continues: boolean;
  readonly interleaved: boolean;
  readonly identifier: Buffer;
  /** What follows the identifier: System Use entries, where Rock Ridge lives. */
  readonly systemUse: Buffer;
}

const FIXED = 33;

/**
 * Parses the record at `offset`. `undefined` means that no record starts there (a zero length byte: the rest of the
 * sector is padding).
 *
 * @throws IsoError `corrupt` when the record does not fit
 */
export function parseRecord(bytes: Buffer, offset: number): DirectoryRecord | undefined {
  const length = bytes[offset];
  if (length === undefined || length === 0) return undefined;
  if (length < FIXED + 1 || offset + length > bytes.length)
    throw new IsoError('corrupt', 'A directory record does not fit its directory');
  const record = bytes.subarray(offset, offset + length);
  const identifierLength = record.readUInt8(32);
  const identifierEnd = FIXED + identifierLength;
  if (identifierLength === 0 || identifierEnd > length)
    throw new IsoError('corrupt', 'A directory record has a name that does not fit');
  const flags = record.readUInt8(25);
  return {
    length,
    block: record.readUInt32LE(2) + record.readUInt8(1),
    size: record.readUInt32LE(10),
    isDirectory: (flags & 0x02) !== 0,
    continues: (flags & 0x80) !== 0,
    interleaved: record.readUInt8(26) !== 0 || record.readUInt8(27) !== 0,
    identifier: record.subarray(FIXED, identifierEnd),
    // The identifier is padded to an even length.
    systemUse: record.subarray(Math.min(length, identifierEnd + ((identifierLength + 1) % 2))),
  };
}

/** Whether the record is the directory's own (`.`) or its parent's (`..`) entry. */
export function isSelfOrParent(record: DirectoryRecord): boolean {
  return record.identifier.length === 1 && record.identifier.readUInt8(0) <= 1;
}
