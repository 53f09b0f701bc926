import { Agent, request } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { ApiFailure, asFailure, statusFailure } from './failure.ts';

/** How to reach the API of one cluster and who to be there. All texts are PEM. */
export interface ApiCredentials {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly server: URL;
}

/** Credentials without a client certificate ask as nobody, or as whom a bearer token names. */
export type ServerCredentials = Pick<ApiCredentials, 'ca' | 'server'> &
  Partial<ApiCredentials> & { readonly bearer?: string };

export interface TimeLimits {
  /** Milliseconds for TCP and TLS together. */
  readonly connect: number;
  /** Milliseconds from the call to the last byte of the answer. */
  readonly total: number;
}

const DEFAULT_LIMITS: TimeLimits = { connect: 2_000, total: 5_000 };

/** A list page of 500 nodes with their image lists is about 5 MB; more is not an answer of an API server. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiCall {
  readonly method: Method;
  /** Absolute and already escaped, such as `/api/v1/nodes/n1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  /** Of the body; JSON unless told. */
  readonly contentType?: string;
  readonly bearer?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/**
 * Connections to one API server with mutual TLS. Every call ends within the limits, with an answer or an ApiFailure.
 *
 * Sockets are kept, as a handshake costs the API server an RSA signature; one that the server closed meanwhile is
 * replaced once, unseen.
 */
export class ApiConnection {
  readonly #agent: Agent;
  readonly #server: URL;
  readonly #bearer: string | undefined;
  readonly #limits: TimeLimits;

  constructor(credentials: ServerCredentials, limits: TimeLimits = DEFAULT_LIMITS) {
    this.#server = credentials.server;
    this.#bearer = credentials.bearer;
    this.#limits = limits;
    this.#agent = new Agent({
      ca: credentials.ca,
      cert: credentials.certificate,
      key: credentials.key,
      minVersion: 'TLSv1.2',
      keepAlive: true,
      maxSockets: 8,
      maxFreeSockets: 2,
      timeout: 30_000,
    });
  }

  /** The answer, whatever its status. @throws ApiFailure when there is none */
  async call(call: ApiCall): Promise<ApiAnswer> {
    const deadline = Date.now() + this.#limits.total;
    try {
      return await this.#once(call, deadline);
    } catch (thrown) {
      if (!(thrown instanceof StaleSocket)) throw asFailure(thrown);
      return this.#once(call, deadline).catch((again: unknown) => {
        throw asFailure(again instanceof StaleSocket ? again.cause : again);
      });
    }
  }

  /** The JSON of a 2xx answer. @throws ApiFailure for anything else */
  async json(call: ApiCall): Promise<unknown> {
    const { status, text } = await this.call(call);
    let body: unknown;
    try {
      body = text === '' ? undefined : JSON.parse(text);
    } catch (cause) {
      if (status < 300)
        throw new ApiFailure('malformed', 'answers with something that is not JSON', { cause });
      body = { message: text.trim() };
    }
    if (status >= 300) throw statusFailure(status, body);
    return body;
  }

  /** Opens an answer that stays open; the time limits end with its first byte. Ends when `signal` aborts. */
  async stream(call: ApiCall, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = this.#send(call, signal);
    const timers = this.#bound(sent, Date.now() + this.#limits.total);
    sent.once('response', (response) => {
      timers.stop();
      resolve(response);
    });
    sent.once('error', (error) => {
      timers.stop();
      reject(asFailure(error));
    });
    return promise;
  }

  /** Closes once every call under way has ended by its own limits. */
  retire(): void {
    setTimeout(() => this.close(), this.#limits.total).unref();
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(call: ApiCall, deadline: number): Promise<ApiAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
    const sent = this.#send(call);
    const timers = this.#bound(sent, deadline);
    let answered = false;
    sent.once('error', (error) => {
      timers.stop();
      const stale = sent.reusedSocket && !answered && 'code' in error && error.code === 'ECONNRESET';
      reject(stale ? new StaleSocket(error) : error);
    });
    sent.once('response', (response) => {
      answered = true;
      collect(response).then(
        (text) => {
          timers.stop();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        },
        (error: unknown) => {
          timers.stop();
          sent.destroy();
          reject(timers.expired() ?? asFailure(error));
        },
      );
    });
    return promise;
  }

  #send(call: ApiCall, signal?: AbortSignal): ClientRequest {
    const url = new URL(call.path, this.#server);
    const bearer = call.bearer ?? this.#bearer;
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, String(value));
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const sent = request(url, {
      method: call.method,
      agent: this.#agent,
      headers: {
        accept: 'application/json',
        'user-agent': 'hearth',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined
          ? {}
          : {
              'content-type': call.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    sent.end(body);
    return sent;
  }

  #bound(sent: ClientRequest, deadline: number): Timers {
    let expired: ApiFailure | undefined;
    const expire = (message: string): void => {
      expired = new ApiFailure('timeout', message);
      sent.destroy(expired);
    };
    const total = setTimeout(
      () => expire(`no complete answer within ${seconds(this.#limits.total)}`),
      Math.max(0, deadline - Date.now()),
    );
    let connect: NodeJS.Timeout | undefined;
    sent.once('socket', (socket) => {
      if (!socket.connecting) return;
      connect = setTimeout(
        () => expire(`no connection within ${seconds(this.#limits.connect)}`),
        this.#limits.connect,
      );
      socket.once('secureConnect', () => clearTimeout(connect));
    });
    return {
      stop: () => {
        clearTimeout(total);
        clearTimeout(connect);
      },
      expired: () => expired,
    };
  }
}

interface Timers {
  stop(): void;
  expired(): ApiFailure | undefined;
}

/** A kept socket that the server had closed before the request arrived: the request was not seen. */
class StaleSocket extends Error {
  constructor(cause: unknown) {
    super('stale socket', { cause });
  }
}

async function collect(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new ApiFailure('malformed', 'answers with more than 32 MiB');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
