import { IsoError } from './error.ts';

/** Bytes that can be read from any place: a file, or a buffer in a test. */
export interface RandomAccess {
  /** Total length in bytes. */
  readonly size: number;
  /** Reads from `offset`; may return fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * Reads exactly `length` bytes or says that the image is truncated. `what` names the structure for the message.
 *
 * @throws IsoError `truncated`
 */
export async function readExactly(
  source: RandomAccess,
  offset: number,
  length: number,
  what: string,
): Promise<Buffer> {
  if (offset + length > source.size) {
    throw new IsoError(
      'truncated',
      `${what} ends at byte ${offset + length}, the image has only ${source.size}`,
    );
  }
  const bytes = await source.read(offset, length);
  if (bytes.byteLength < length)
    throw new IsoError('truncated', `${what} could not be read at byte ${offset}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, length);
}
