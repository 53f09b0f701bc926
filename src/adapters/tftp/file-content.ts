import { open } from 'node:fs/promises';
import type { TftpContent } from './source.ts';

/**
 * A file of ours as content. The caller has chosen the path; nothing a client sent may be part of it. Rejects when the
 * path is no regular file.
 */
export async function openFileContent(path: string): Promise<TftpContent> {
  const file = await open(path, 'r');
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
    return {
      kind: 'reader',
      size: stat.size,
      read: async (offset, length) => {
        const bytes = Buffer.allocUnsafe(length);
        const { bytesRead } = await file.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
