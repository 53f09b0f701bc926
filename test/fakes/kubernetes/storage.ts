import { randomUUID } from 'node:crypto';
import { at, equal, listAt, textAt, withField } from './json.ts';
import type { JsonObject } from './json.ts';
import { qualified } from './resource.ts';
import type { Resource } from './resource.ts';
import { StatusError, conflict, expired, notFound } from './status.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  readonly type: ChangeType;
  readonly resource: Resource;
  readonly object: JsonObject;
  readonly version: number;
}

/** Changes kept for watches that come back; etcd's compaction takes the older ones. */
const HISTORY = 1_000;

/**
 * Objects of all kinds with one sequence of resource versions, as etcd gives them. Optimistic locking, finalizers,
 * generations and the history for watches are here; what a patch means is decided before.
 */
export class Storage {
  readonly #objects = new Map<string, Map<string, JsonObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 1;
  #compacted = 0;

  get version(): number {
    return this.#version;
  }

  get(resource: Resource, namespace: string, name: string): JsonObject {
    const found = this.#shelf(resource).get(`${namespace}/${name}`);
    if (found === undefined) throw notFound(qualified(resource), name);
    return found;
  }

  find(resource: Resource, namespace: string, name: string): JsonObject | undefined {
    return this.#shelf(resource).get(`${namespace}/${name}`);
  }

  /** In the order of their keys, as etcd ranges. */
  list(resource: Resource, namespace?: string): JsonObject[] {
    return [...this.#shelf(resource)]
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, object]) => object);
  }

  create(resource: Resource, object: JsonObject): JsonObject {
    const key = keyOf(object);
    if (this.#shelf(resource).has(key))
      throw new StatusError(
        409,
        'AlreadyExists',
        `${qualified(resource)} "${textAt(object, 'metadata', 'name')}" already exists`,
      );
    const metadata: JsonObject = {
      ...(at(object, 'metadata') as JsonObject),
      uid: randomUUID(),
      creationTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      generation: 1,
    };
    return this.#write('ADDED', resource, { ...object, metadata });
  }

  /** Replaces an object. What did not change keeps its version. @throws StatusError 409 when somebody was faster */
  update(resource: Resource, object: JsonObject): JsonObject {
    const name = textAt(object, 'metadata', 'name');
    const live = this.get(resource, textAt(object, 'metadata', 'namespace'), name);
    const expected = textAt(object, 'metadata', 'resourceVersion');
    if (expected !== '' && expected !== textAt(live, 'metadata', 'resourceVersion'))
      throw conflict(qualified(resource), name);
    let next = object;
    for (const kept of ['uid', 'creationTimestamp', 'deletionTimestamp', 'resourceVersion', 'generation'])
      next = withField(next, ['metadata', kept], at(live, 'metadata', kept));
    const deleting = at(next, 'metadata', 'deletionTimestamp') !== undefined;
    if (deleting && listAt(next, 'metadata', 'finalizers').length === 0) return this.#remove(resource, next);
    if (equal(next, live)) return live;
    if (!equal(specOf(next), specOf(live)))
      next = withField(next, ['metadata', 'generation'], Number(at(live, 'metadata', 'generation') ?? 0) + 1);
    return this.#write('MODIFIED', resource, next);
  }

  /** Removes, or marks for removal while finalizers hold it. */
  delete(resource: Resource, namespace: string, name: string, preconditions: JsonObject = {}): JsonObject {
    const live = this.get(resource, namespace, name);
    for (const which of ['uid', 'resourceVersion']) {
      const wanted = textAt(preconditions, which);
      if (wanted !== '' && wanted !== textAt(live, 'metadata', which))
        throw conflict(qualified(resource), name);
    }
    if (listAt(live, 'metadata', 'finalizers').length === 0) return this.#remove(resource, live);
    if (at(live, 'metadata', 'deletionTimestamp') !== undefined) return live;
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    return this.#write('MODIFIED', resource, withField(live, ['metadata', 'deletionTimestamp'], now));
  }

  /** Changes after a version. @throws StatusError 410 when they are no longer kept */
  since(version: number): readonly Change[] {
    if (version < this.#compacted) throw expired();
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets the history, as etcd does every five minutes. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#version;
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #remove(resource: Resource, object: JsonObject): JsonObject {
    this.#shelf(resource).delete(keyOf(object));
    return this.#announce('DELETED', resource, object);
  }

  #write(type: ChangeType, resource: Resource, object: JsonObject): JsonObject {
    const written = this.#announce(type, resource, object);
    this.#shelf(resource).set(keyOf(written), written);
    return written;
  }

  #announce(type: ChangeType, resource: Resource, object: JsonObject): JsonObject {
    this.#version += 1;
    const stamped = withField(object, ['metadata', 'resourceVersion'], String(this.#version));
    const change = { type, resource, object: stamped, version: this.#version };
    this.#history.push(change);
    if (this.#history.length > HISTORY) this.#compacted = this.#history.shift()?.version ?? this.#compacted;
    for (const listener of this.#listeners) listener(change);
    return stamped;
  }

  #shelf(resource: Resource): Map<string, JsonObject> {
    const key = qualified(resource);
    const shelf = this.#objects.get(key) ?? new Map<string, JsonObject>();
    this.#objects.set(key, shelf);
    return shelf;
  }
}

function keyOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}

/** What counts for the generation: everything but metadata and status. */
function specOf(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'metadata' && key !== 'status'));
}
