import type { ServerResponse } from 'node:http';
import { textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { apiVersionOf, qualified } from './resource.ts';
import type { Resource } from './resource.ts';
import { StatusError } from './status.ts';
import type { Change, Storage } from './storage.ts';

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly matches: (object: JsonObject) => boolean;
  /** Empty or `0`: everything there is, then what follows. */
  readonly from: string;
  readonly bookmarks: boolean;
  readonly timeoutSeconds: number;
  readonly bookmarkEvery: number;
}

/** One JSON object per line until the client or the time ends it. */
export function serveWatch(storage: Storage, request: WatchRequest, response: ServerResponse): void {
  const { resource, namespace, matches } = request;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const send = (type: string, object: JsonObject): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const seen = new Set<string>();
  const relay = (change: Change): void => {
    if (qualified(change.resource) !== qualified(resource)) return;
    if (namespace !== undefined && textAt(change.object, 'metadata', 'namespace') !== namespace) return;
    const uid = textAt(change.object, 'metadata', 'uid');
    const inside = matches(change.object);
    // An object that leaves the selection is gone for this watch, one that enters it is new.
    if (inside && change.type !== 'DELETED') {
      send(
        seen.has(uid) || (change.type === 'MODIFIED' && request.from !== '') ? change.type : 'ADDED',
        change.object,
      );
      seen.add(uid);
    } else if (inside || seen.has(uid)) {
      send('DELETED', change.object);
      seen.delete(uid);
    }
  };
  try {
    if (request.from === '' || request.from === '0')
      for (const object of storage.list(resource, namespace).filter(matches)) {
        seen.add(textAt(object, 'metadata', 'uid'));
        send('ADDED', object);
      }
    else for (const change of storage.since(Number(request.from))) relay(change);
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
    send('ERROR', thrown.body);
    response.end();
    return;
  }
  const stop = storage.subscribe(relay);
  const bookmark = setInterval(() => {
    const metadata = { resourceVersion: String(storage.version) };
    if (request.bookmarks)
      send('BOOKMARK', { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata });
  }, request.bookmarkEvery);
  const end = setTimeout(() => response.end(), request.timeoutSeconds * 1000);
  response.once('close', () => {
    stop();
    clearInterval(bookmark);
    clearTimeout(end);
  });
}
