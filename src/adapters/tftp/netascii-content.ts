import { netasciiLength, toNetascii } from '../../protocol/tftp/netascii.ts';
import { contentSize } from './source.ts';
import type { TftpContent } from './source.ts';

const PIECE = 64 * 1024;

/**
 * The content as netascii sends it. `limit` bounds the translated text: somebody who forgets `binary` in tftp-hpa asks
 * for an initrd as text, which would arrive damaged anyway. undefined: too large.
 */
export async function netasciiContent(content: TftpContent, limit: number): Promise<TftpContent | undefined> {
  if (contentSize(content) > limit) return undefined;
  if (content.kind === 'bytes')
    return netasciiLength(content.bytes) > limit
      ? undefined
      : { kind: 'bytes', bytes: toNetascii(content.bytes) };
  const pieces: Buffer[] = [];
  let length = 0;
  for (let offset = 0; offset < content.size; offset += PIECE) {
    const piece = toNetascii(await content.read(offset, Math.min(PIECE, content.size - offset)));
    length += piece.length;
    if (length > limit) return undefined;
    pieces.push(piece);
  }
  return { kind: 'bytes', bytes: Buffer.concat(pieces, length) };
}
