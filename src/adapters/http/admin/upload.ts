import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../../../domain/error/problem.ts';

/** A full Oracle Linux DVD has 13 GB. */
const MAX_UPLOAD_BYTES = 32 * 2 ** 30;

interface Upload {
  readonly file: string;
  discard(): Promise<void>;
}

/** Writes a body to a file of mode 0600, with no more in memory than a pipe holds. Nothing stays of one that breaks off. */
export async function receiveUpload(request: IncomingMessage, directory: string): Promise<Upload> {
  const expected = Number(request.headers['content-length'] ?? 0);
  if (expected > MAX_UPLOAD_BYTES) throw tooLarge();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${randomBytes(12).toString('hex')}.upload`);
  const discard = (): Promise<void> => rm(file, { force: true });
  try {
    await pipeline(request, limit(MAX_UPLOAD_BYTES), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (thrown) {
    await discard();
    throw uploadProblem(thrown);
  }
  return { file, discard };
}

/** Removes what a killed process left; call once at start. */
export async function discardOldUploads(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

function limit(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge());
      else done(null, chunk);
    },
  });
}

function tooLarge(): Problem {
  return new Problem('too-large', `An upload may have ${MAX_UPLOAD_BYTES / 2 ** 30} GiB at most.`);
}

function uploadProblem(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOSPC' || code === 'EROFS' || code === 'EDQUOT') {
    return new Problem('storage-full', 'The disk has no room for the upload.', { cause: thrown });
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new Problem('input-invalid', 'The upload broke off.', { cause: thrown });
  }
  return thrown;
}
