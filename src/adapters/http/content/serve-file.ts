import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isNotModified, rangeApplies } from './conditions.ts';
import type { ByteRange } from './range.ts';
import { parseRange } from './range.ts';
import type { ServedFile } from './served-file.ts';

/** Up to here a file is one read and one write: an OSTree pull is thousands of small objects. */
const SMALL = 128 * 1024;
/** Bytes per read of a large file; two such buffers per download. */
const CHUNK = 512 * 1024;
/** A connection on which nothing moves for so long is given up, so that dead hosts do not hold files open. */
const STALLED_MS = 5 * 60_000;

/**
 * Answers GET and HEAD for one file: whole, or one range. Always with Content-Length, never with a redirect or a
 * content coding, because UEFI HTTP Boot clients take neither chunked bodies nor detours. A client that goes away is no
 * error. Resolves when the response is over.
 */
export async function serveFile(req: IncomingMessage, res: ServerResponse, file: ServedFile): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    sendText(res, 405, 'Only GET and HEAD are allowed.\n');
    return;
  }
  res.setHeader('Accept-Ranges', 'bytes');
  res.setHeader('ETag', file.etag);
  res.setHeader('Last-Modified', new Date(file.lastModified).toUTCString());
  if (isNotModified(req.headers, file)) {
    res.writeHead(304).end();
    return;
  }
  const asked =
    req.method === 'GET' && rangeApplies(req.headers, file)
      ? parseRange(req.headers.range, file.size)
      : undefined;
  if (asked === 'unsatisfiable') {
    res.setHeader('Content-Range', `bytes */${file.size}`);
    sendText(res, 416, 'The range lies outside the file.\n');
    return;
  }
  const range = asked ?? { start: 0, end: file.size };
  const head = (): void => {
    res.setHeader('Content-Type', file.contentType);
    res.setHeader('Content-Length', range.end - range.start);
    if (asked !== undefined)
      res.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${file.size}`);
    res.statusCode = asked === undefined ? 200 : 206;
  };
  if (req.method === 'HEAD' || range.start === range.end) {
    head();
    res.end();
    return;
  }

  if (file.bytes !== undefined) {
    head();
    res.end(file.bytes.subarray(range.start, range.end));
    return;
  }

  let handle: FileHandle;
  try {
    handle = await file.open();
  } catch {
    // Removed from the library between lookup and now.
    for (const name of ['Accept-Ranges', 'ETag', 'Last-Modified']) res.removeHeader(name);
    sendText(res, 404, 'There is no such file.\n');
    return;
  }
  try {
    head();
    res.setTimeout(STALLED_MS);
    if (range.end - range.start <= SMALL) await sendSmall(res, handle, range);
    else await sendLarge(res, handle, range);
  } catch {
    // Headers are out, so a broken connection is the only way left to say that the content is incomplete.
    res.destroy();
  } finally {
    await handle.close();
  }
}

/** Ends a response with a line of text. */
export function sendText(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}

async function sendSmall(res: ServerResponse, handle: FileHandle, range: ByteRange): Promise<void> {
  const length = range.end - range.start;
  const buffer = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(buffer, at, length - at, range.start + at);
    if (bytesRead === 0) throw new Error('The file became shorter.');
    at += bytesRead;
  }
  res.end(buffer);
}

/**
 * Reads into one buffer while the other is on its way to the client, so memory stays at two buffers however slow the
 * client is, and the disk and the network work at the same time.
 */
async function sendLarge(res: ServerResponse, handle: FileHandle, range: ByteRange): Promise<void> {
  const writer = new BufferWriter(res);
  let [filling, sending] = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
  let sent: Promise<void> = Promise.resolve();
  for (let at = range.start; at < range.end;) {
    const { bytesRead } = await handle.read(filling, 0, Math.min(CHUNK, range.end - at), at);
    if (bytesRead === 0) throw new Error('The file became shorter.');
    at += bytesRead;
    await sent;
    if (res.closed || res.destroyed) return;
    sent = writer.write(filling.subarray(0, bytesRead));
    [filling, sending] = [sending, filling];
  }
  await sent;
  res.end();
}

/** Writes and waits until the bytes have left the buffer, or the client has gone. */
class BufferWriter {
  readonly #res: ServerResponse;
  #done: () => void = () => undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
    // A response that never got the connection's turn drops its writes without calling back.
    res.once('close', () => {
      this.#done();
    });
  }

  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#res.write(bytes, () => {
        resolve();
      });
    });
  }
}
