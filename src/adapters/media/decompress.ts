import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** How a stream of bytes is packed, by its first bytes: media types in manifests are often wrong or missing. */
export type Packing = 'gzip' | 'zstd' | 'none' | 'unknown';

export function packingOf(start: Uint8Array): Packing {
  const hex = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, 6)).toString('hex');
  if (hex.startsWith('1f8b')) return 'gzip';
  if (hex.startsWith('28b52ffd')) return 'zstd';
  // xz and bzip2, which no container tool writes into images.
  return hex.startsWith('fd377a585a00') || hex.startsWith('425a68') ? 'unknown' : 'none';
}

/** Unpacks pieces on the fly. Errors of the packing surface in the iteration. */
export async function* unpack(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  packing: Packing,
): AsyncGenerator<Buffer> {
  const source = Readable.from(pieces);
  if (packing === 'none' || packing === 'unknown') {
    for await (const piece of source) yield piece as Buffer;
    return;
  }
  const options = { chunkSize: 1024 * 1024 };
  const stream = packing === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
  source.on('error', (error) => stream.destroy(error));
  try {
    for await (const piece of source.pipe(stream)) yield piece as Buffer;
  } finally {
    source.destroy();
    stream.destroy();
  }
}
