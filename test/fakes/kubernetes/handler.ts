import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { parse } from 'yaml';
import { authenticate, authorize } from './access.ts';
import type { User } from './access.ts';
import { isObject, textAt } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { Objects } from './objects.ts';
import { apiVersionOf } from './resource.ts';
import { discovery, servedBy, targetOf, unknownPath } from './router.ts';
import type { Target } from './router.ts';
import { fieldSelector, labelSelector } from './selector.ts';
import { StatusError, badRequest, expired } from './status.ts';
import type { Storage } from './storage.ts';
import { serveWatch } from './watch.ts';

export interface HandlerState {
  readonly storage: Storage;
  readonly tokens: ReadonlyMap<string, User>;
  /** Names of health checks that fail now; `/readyz` lists them. */
  readonly failing: ReadonlySet<string>;
  readonly bookmarkEvery: number;
  readonly gitVersion: string;
}

type Query = URLSearchParams;

/** Answers one request as a kube-apiserver would. */
export async function answer(
  state: HandlerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await dispatch(state, request, response);
  } catch (thrown) {
    const error =
      thrown instanceof StatusError
        ? thrown
        : new StatusError(500, 'InternalError', `fault of the fake: ${String(thrown)}`);
    if (error.retryAfter !== undefined) response.setHeader('retry-after', error.retryAfter);
    send(response, error.code, error.body);
  }
}

async function dispatch(
  state: HandlerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://fake');
  const body = await bodyOf(request);
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) throw new Error('the fake speaks TLS only');
  const user = authenticate(socket, request.headers.authorization ?? '', state.storage, state.tokens);
  const served = servedBy(state.storage);
  const listed = discovery(url.pathname, served);
  const target = listed === undefined ? targetOf(url.pathname, served) : undefined;
  const watching = url.searchParams.get('watch') === 'true' || url.searchParams.get('watch') === '1';
  authorize(user, {
    verb: verbOf(request.method ?? 'GET', target, watching),
    resource: target?.resource.plural,
    namespace: target?.namespace ?? '',
    name: target?.name ?? '',
    path: url.pathname,
  });
  if (listed !== undefined) send(response, 200, listed);
  else if (target === undefined) plain(state, url, response);
  else if (target.name === '')
    collection(state, { target, request, query: url.searchParams, body, watching }, response);
  else single(state, { target, request, query: url.searchParams, body, watching }, response);
}

interface Call {
  readonly target: Target;
  readonly request: IncomingMessage;
  readonly query: Query;
  readonly body: Json | undefined;
  readonly watching: boolean;
}

/** `/readyz`, `/livez`, `/healthz` and `/version`. */
function plain(state: HandlerState, url: URL, response: ServerResponse): void {
  const [, root = '', check] = url.pathname.split('/');
  if (root === 'version') {
    send(response, 200, {
      major: '1',
      minor: state.gitVersion.split('.')[1] ?? '',
      gitVersion: state.gitVersion,
    });
    return;
  }
  if (!['readyz', 'livez', 'healthz'].includes(root)) throw unknownPath();
  const failing =
    root === 'livez' ? [] : [...state.failing].filter((name) => check === undefined || name === check);
  const lines = ['[+]ping ok', ...failing.map((name) => `[-]${name} failed: reason withheld`)];
  const healthy = failing.length === 0;
  response.writeHead(healthy ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' });
  if (healthy && !url.searchParams.has('verbose')) response.end('ok');
  else response.end(`${lines.join('\n')}\n${root} check ${healthy ? 'passed' : 'failed'}\n`);
}

function collection(state: HandlerState, call: Call, response: ServerResponse): void {
  const { target, query, request } = call;
  const { resource } = target;
  // A path without a namespace spans all of them.
  const namespace = resource.namespaced && target.namespace !== '' ? target.namespace : undefined;
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '');
  const matches = (object: JsonObject): boolean => labels(object) && fields(object);
  if (call.watching) {
    serveWatch(
      state.storage,
      {
        resource,
        namespace,
        matches,
        from: query.get('resourceVersion') ?? '',
        bookmarks: query.get('allowWatchBookmarks') === 'true',
        timeoutSeconds: Number(query.get('timeoutSeconds') ?? 1800),
        bookmarkEvery: state.bookmarkEvery,
      },
      response,
    );
    return;
  }
  switch (request.method) {
    case 'GET':
      send(response, 200, list(state.storage, { target, query, namespace, matches }));
      return;
    case 'POST':
      if (!isObject(call.body)) throw badRequest('the body is no object');
      send(response, 201, new Objects(state.storage).create(target, call.body, optionsOf(call)));
      return;
    case 'DELETE': {
      const found = state.storage.list(resource, namespace).filter(matches);
      for (const object of found)
        state.storage.delete(
          resource,
          textAt(object, 'metadata', 'namespace'),
          textAt(object, 'metadata', 'name'),
        );
      send(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
      return;
    }
    default:
      throw notAllowed();
  }
}

function single(state: HandlerState, call: Call, response: ServerResponse): void {
  const { target, request, body } = call;
  const objects = new Objects(state.storage);
  if (target.subresource === 'eviction' && request.method === 'POST') {
    send(response, 201, objects.evict(target));
    return;
  }
  if (target.subresource === 'status' ? !target.resource.status : target.subresource !== '')
    throw unknownPath();
  const existed = state.storage.find(target.resource, target.namespace, target.name) !== undefined;
  switch (request.method) {
    case 'GET':
      send(response, 200, state.storage.get(target.resource, target.namespace, target.name));
      return;
    case 'PUT':
      if (!isObject(body)) throw badRequest('the body is no object');
      send(response, 200, objects.update(target, body, optionsOf(call)));
      return;
    case 'PATCH': {
      const type = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
      send(response, existed ? 200 : 201, objects.patch(target, body ?? null, type, optionsOf(call)));
      return;
    }
    case 'DELETE':
      send(response, 200, objects.delete(target, body));
      return;
    default:
      throw notAllowed();
  }
}

interface Listing {
  readonly target: Target;
  readonly query: Query;
  readonly namespace: string | undefined;
  readonly matches: (object: JsonObject) => boolean;
}

/** A page of a list. A token to continue dies with a compaction, as etcd then no longer has that moment. */
function list(storage: Storage, { target, query, namespace, matches }: Listing): JsonObject {
  const { resource } = target;
  const limit = Number(query.get('limit') ?? 0);
  const [from = 0, version = storage.version] = (query.get('continue') ?? '')
    .split('.')
    .filter(Boolean)
    .map(Number);
  if (query.has('continue')) {
    try {
      storage.since(version);
    } catch {
      throw expired();
    }
  }
  const all = storage.list(resource, namespace).filter(matches);
  const page = limit > 0 ? all.slice(from, from + limit) : all.slice(from);
  const left = all.length - from - page.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(version),
      ...(left > 0 ? { continue: `${from + page.length}.${version}`, remainingItemCount: left } : {}),
    },
    items: page,
  };
}

function optionsOf({ query, request }: Call): { manager: string; force: boolean; dryRun: boolean } {
  const manager = query.get('fieldManager') ?? '';
  const applying = request.headers['content-type'] === 'application/apply-patch+yaml';
  if (applying && manager === '')
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  return {
    manager: manager === '' ? agent : manager,
    force: query.get('force') === 'true',
    dryRun: query.get('dryRun') === 'All',
  };
}

function verbOf(method: string, target: Target | undefined, watching: boolean): string {
  if (method === 'GET')
    return target === undefined || target.name !== '' ? 'get' : watching ? 'watch' : 'list';
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method.toLowerCase();
}

async function bodyOf(request: IncomingMessage): Promise<Json | undefined> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  if (text === '') return undefined;
  try {
    return (
      request.headers['content-type']?.includes('yaml') === true ? parse(text) : JSON.parse(text)
    ) as Json;
  } catch {
    throw badRequest('the object provided is unrecognized: the body cannot be read');
  }
}

function notAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

function send(response: ServerResponse, code: number, body: JsonObject): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
