import { request as plainRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { Problem } from '../domain/error/problem.ts';
import { problemOf, unreachable } from './client-error.ts';
import { ApiError } from './failure.ts';
import { documentsOf, eventsOf } from './client-stream.ts';

/** Where the appliance answers: its socket on the same machine, or the admin listener with a token. */
export type ApiAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'server'; readonly url: URL; readonly token: string; readonly ca: string | undefined };

/** A file sent as the body of a request. */
export interface Upload {
  readonly content: Readable;
  readonly size: number;
}

/** The API as commands use it. Answers are JSON values; whoever asked checks what it needs of them. */
export interface ApiClient {
  /** Whether the appliance reads this machine's files: then a path is enough and nothing is uploaded. */
  readonly sharesFiles: boolean;
  get(path: string): Promise<unknown>;
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** Documents of an NDJSON answer, one after the other; an `error` document is thrown. */
  progress(method: 'POST' | 'PUT', path: string, body: Upload | object): AsyncIterable<unknown>;
  /** Server-sent events for as long as the connection lives. */
  follow(path: string, signal: AbortSignal): AsyncIterable<unknown>;
}

/** Answers are small but for lists of thousands of hosts; more than this is not an answer of ours. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** A connection on which nothing at all moves this long is dead; streams send heartbeats. */
const IDLE_MS = 120_000;

export class HttpApiClient implements ApiClient {
  readonly #address: ApiAddress;

  constructor(address: ApiAddress) {
    this.#address = address;
  }

  get sharesFiles(): boolean {
    return this.#address.kind === 'socket';
  }

  get(path: string): Promise<unknown> {
    return this.#answer('GET', path, undefined);
  }

  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return this.#answer(method, path, body);
  }

  async *progress(method: 'POST' | 'PUT', path: string, body: Upload | object): AsyncIterable<unknown> {
    try {
      yield* documentsOf(await this.#request(method, path, body, 0));
    } catch (error) {
      throw known(error) ? error : unreachable(this.#address, error);
    }
  }

  async *follow(path: string, signal: AbortSignal): AsyncIterable<unknown> {
    try {
      yield* eventsOf(await this.#request('GET', path, undefined, IDLE_MS, signal));
    } catch (error) {
      if (signal.aborted) return;
      throw known(error) ? error : unreachable(this.#address, error);
    }
  }

  async #answer(method: string, path: string, body: unknown): Promise<unknown> {
    try {
      return await readJson(await this.#request(method, path, body));
    } catch (error) {
      // The connection may break in the middle of the answer.
      throw known(error) ? error : unreachable(this.#address, error);
    }
  }

  async #request(
    method: string,
    path: string,
    body: unknown,
    idle = IDLE_MS,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const upload = isUpload(body) ? body : undefined;
    const text = upload !== undefined || body === undefined ? undefined : JSON.stringify(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = this.#open({ method, path, headers: headersFor(upload, text), timeout: idle, signal });
      request.once('response', resolve);
      request.once('error', (error) => reject(unreachable(this.#address, error)));
      request.once('timeout', () =>
        request.destroy(new Error(`nothing was heard for ${IDLE_MS / 1000} seconds`)),
      );
      if (upload === undefined) request.end(text);
      else upload.content.on('error', (error) => request.destroy(error)).pipe(request);
    });
    if ((answer.statusCode ?? 500) < 400) return answer;
    throw problemOf(answer.statusCode ?? 500, await readText(answer));
  }

  #open(
    options: Pick<RequestOptions, 'method' | 'path' | 'timeout' | 'signal'> & {
      headers: Record<string, string>;
    },
  ) {
    if (this.#address.kind === 'socket') {
      return plainRequest({ ...options, socketPath: this.#address.path, host: 'localhost' });
    }
    const { url, token, ca } = this.#address;
    return tlsRequest({
      method: options.method,
      path: options.path,
      timeout: options.timeout,
      signal: options.signal,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 443 : Number(url.port),
      headers: { ...options.headers, authorization: `Bearer ${token}` },
      ...(ca === undefined ? {} : { ca }),
    });
  }
}

function known(error: unknown): boolean {
  return error instanceof Problem || error instanceof ApiError;
}

function headersFor(upload: Upload | undefined, text: string | undefined): Record<string, string> {
  const accept = { accept: 'application/json' };
  if (upload !== undefined) {
    return {
      accept: 'application/x-ndjson',
      'content-type': 'application/octet-stream',
      'content-length': String(upload.size),
    };
  }
  if (text === undefined) return accept;
  return {
    ...accept,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
  };
}

function isUpload(body: unknown): body is Upload {
  return typeof body === 'object' && body !== null && 'content' in body && 'size' in body;
}

async function readJson(answer: IncomingMessage): Promise<unknown> {
  const text = await readText(answer);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Problem('not-running', 'What answers there is not Hearth: it does not speak JSON.', {
      cause: error,
    });
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_ANSWER_BYTES) throw new Problem('too-large', 'The answer is larger than 64 MiB.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
