import type { Readable } from 'node:stream';
import { Problem } from '../domain/error/problem.ts';
import { apiErrorIn } from './client-error.ts';

/** One line of a stream of ours is far shorter; a peer that never sends a line end must not fill the memory. */
const MAX_LINE = 4 * 1024 * 1024;

/** The documents of an NDJSON stream. @throws ApiError when a document is an error */
export async function* documentsOf(stream: Readable): AsyncIterable<unknown> {
  for await (const line of linesOf(stream)) {
    if (line.trim() === '') continue;
    const document = JSON.parse(line) as unknown;
    const error = apiErrorIn(document);
    if (error !== undefined) throw error;
    yield document;
  }
}

/** The JSON data of server-sent events (WHATWG HTML §9.2); names, ids and comments are passed over. */
export async function* eventsOf(stream: Readable): AsyncIterable<unknown> {
  let data: string[] = [];
  for await (const line of linesOf(stream)) {
    if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
    if (line !== '') continue;
    if (data.length > 0) yield JSON.parse(data.join('\n')) as unknown;
    data = [];
  }
}

async function* linesOf(stream: Readable): AsyncIterable<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const part of stream as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new Problem('too-large', 'A line of the answer is longer than 4 MiB.');
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest;
}
