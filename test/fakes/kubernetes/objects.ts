import { Buffer } from 'node:buffer';
import { at, equal, isObject, textAt, withField } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { applyConfiguration, recordUpdate } from './managed-fields.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patch.ts';
import { BUILT_IN, apiVersionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { checkBody } from './router.ts';
import type { Target } from './router.ts';
import { matchesLabels } from './selector.ts';
import { StatusError, badRequest, invalid, notFound } from './status.ts';
import type { Storage } from './storage.ts';

export interface WriteOptions {
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

const NAME = /^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$/;

/** The verbs on single objects: what each write makes of the object before the storage takes it. */
export class Objects {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  create(target: Target, body: JsonObject, options: WriteOptions): JsonObject {
    checkBody(body, target);
    const { resource } = target;
    const prefix = textAt(body, 'metadata', 'generateName');
    const given = target.name || textAt(body, 'metadata', 'name');
    const name = given === '' && prefix !== '' ? `${prefix}${Math.random().toString(36).slice(2, 7)}` : given;
    checkName(resource, name);
    let object = withIdentity(body, resource, target.namespace, name);
    if (resource.namespaced) this.#requireNamespace(target.namespace);
    if (textAt(object, 'metadata', 'resourceVersion') !== '')
      throw badRequest('resourceVersion should not be set on objects to be created');
    object = defaulted(object);
    const owned = recordUpdate(undefined, object, { manager: options.manager, operation: 'Update' });
    return options.dryRun ? owned : this.#storage.create(resource, owned);
  }

  update(target: Target, body: JsonObject, options: WriteOptions): JsonObject {
    checkBody(body, target);
    const { resource, namespace, name, subresource } = target;
    const live = this.#storage.get(resource, namespace, name);
    const object = defaulted(withIdentity(body, resource, namespace, name));
    return this.#write(resource, live, object, { ...options, subresource });
  }

  patch(target: Target, body: Json, contentType: string, options: WriteOptions): JsonObject {
    const { resource, namespace, name, subresource } = target;
    if (contentType === 'application/apply-patch+yaml') return this.#apply(target, body, options);
    const live = this.#storage.get(resource, namespace, name);
    const patched = patchedBy(contentType, live, body);
    if (!isObject(patched)) throw badRequest('the patch leaves no object');
    checkBody(patched, target);
    return this.#write(resource, live, defaulted(patched), { ...options, subresource });
  }

  delete(target: Target, body: Json | undefined): JsonObject {
    const { resource, namespace, name } = target;
    const preconditions = at(body, 'preconditions');
    const deleted = this.#storage.delete(
      resource,
      namespace,
      name,
      isObject(preconditions) ? preconditions : {},
    );
    if (resource.kind === 'Namespace') this.#empty(name);
    return deleted;
  }

  /** `POST pods/NAME/eviction`: refused while a disruption budget allows none. */
  evict({ resource, namespace, name }: Target): JsonObject {
    const pod = this.#storage.get(resource, namespace, name);
    const budgets = BUILT_IN.find(({ kind }) => kind === 'PodDisruptionBudget');
    const exhausted = (budgets === undefined ? [] : this.#storage.list(budgets, namespace)).find(
      (budget) =>
        matchesLabels(at(budget, 'spec', 'selector'), pod) &&
        at(budget, 'status', 'disruptionsAllowed') === 0,
    );
    if (exhausted !== undefined)
      throw new StatusError(
        429,
        'TooManyRequests',
        `Cannot evict pod as it would violate the pod's disruption budget.`,
        { retryAfter: 1 },
      );
    this.#storage.delete(resource, namespace, name);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  }

  #apply(target: Target, body: Json, options: WriteOptions): JsonObject {
    if (!isObject(body)) throw badRequest('an applied configuration is an object');
    checkBody(body, target);
    const { resource, namespace, name, subresource } = target;
    if (at(body, 'metadata', 'managedFields') !== undefined)
      throw badRequest('metadata.managedFields must be nil');
    const live = this.#storage.find(resource, namespace, name);
    if (live === undefined && resource.namespaced) this.#requireNamespace(namespace);
    checkName(resource, name);
    const configuration = withIdentity(body, resource, namespace, name);
    const writer = {
      manager: options.manager,
      operation: 'Apply',
      force: options.force,
      ...(subresource === '' ? {} : { subresource }),
    } as const;
    const merged = defaulted(applyConfiguration(live, configuration, writer));
    checkImmutable(resource, live, merged);
    if (options.dryRun) return merged;
    return live === undefined
      ? this.#storage.create(resource, merged)
      : this.#storage.update(resource, merged);
  }

  #write(
    resource: Resource,
    live: JsonObject,
    object: JsonObject,
    options: WriteOptions & { readonly subresource: string },
  ): JsonObject {
    // A write to the object leaves the status alone, a write to the status leaves all else alone.
    const status = options.subresource === 'status';
    let next = object;
    if (status) next = withField(live, ['status'], at(object, 'status'));
    else if (resource.status) next = withField(object, ['status'], at(live, 'status'));
    checkImmutable(resource, live, next);
    next = withField(next, ['metadata', 'resourceVersion'], at(object, 'metadata', 'resourceVersion'));
    const owned = recordUpdate(live, next, {
      manager: options.manager,
      operation: 'Update',
      ...(status ? { subresource: 'status' } : {}),
    });
    return options.dryRun ? owned : this.#storage.update(resource, owned);
  }

  #requireNamespace(namespace: string): void {
    const namespaces = BUILT_IN.find(({ kind }) => kind === 'Namespace');
    if (namespaces === undefined || this.#storage.find(namespaces, '', namespace) === undefined)
      throw notFound('namespaces', namespace);
  }

  /** What the namespace controller does; a real kube-apiserver alone does not. */
  #empty(namespace: string): void {
    for (const resource of BUILT_IN.filter(({ namespaced }) => namespaced))
      for (const object of this.#storage.list(resource, namespace))
        this.#storage.delete(resource, namespace, textAt(object, 'metadata', 'name'));
  }
}

function checkName({ kind }: Resource, name: string): void {
  if (!NAME.test(name)) throw invalid(kind, name, 'metadata.name: Invalid value');
}

function withIdentity(body: JsonObject, resource: Resource, namespace: string, name: string): JsonObject {
  const metadata = at(body, 'metadata');
  return {
    ...body,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      ...(isObject(metadata) ? metadata : {}),
      name,
      ...(resource.namespaced ? { namespace } : {}),
    },
  };
}

/** The little of defaulting that clients notice. */
function defaulted(object: JsonObject): JsonObject {
  switch (object['kind']) {
    case 'Secret': {
      const plain = at(object, 'stringData');
      const encoded = Object.entries(isObject(plain) ? plain : {}).map(
        ([key, value]) =>
          [key, Buffer.from(typeof value === 'string' ? value : '', 'utf8').toString('base64')] as const,
      );
      const data = at(object, 'data');
      const typed = object['type'] === undefined ? { ...object, type: 'Opaque' } : object;
      if (encoded.length === 0) return typed;
      return withField(
        { ...typed, data: { ...(isObject(data) ? data : {}), ...Object.fromEntries(encoded) } },
        ['stringData'],
        undefined,
      );
    }
    case 'Namespace':
      return at(object, 'status') === undefined ? { ...object, status: { phase: 'Active' } } : object;
    default:
      return object;
  }
}

/** Fields that the real server refuses to change and that a careless apply would. */
function checkImmutable(resource: Resource, live: JsonObject | undefined, next: JsonObject): void {
  if (live === undefined) return;
  const fixed: Readonly<Record<string, readonly string[][]>> = {
    Secret: [['type']],
    Deployment: [['spec', 'selector']],
    DaemonSet: [['spec', 'selector']],
    StatefulSet: [['spec', 'selector']],
    ClusterRoleBinding: [['roleRef']],
    RoleBinding: [['roleRef']],
    Service: [['spec', 'clusterIP']],
  };
  for (const path of fixed[resource.kind] ?? [])
    if (at(live, ...path) !== undefined && !equal(at(live, ...path), at(next, ...path)))
      throw invalid(resource.kind, textAt(live, 'metadata', 'name'), `${path.join('.')}: field is immutable`);
}

function patchedBy(contentType: string, live: JsonObject, body: Json): Json {
  switch (contentType) {
    case 'application/merge-patch+json':
      return mergePatch(live, body);
    case 'application/strategic-merge-patch+json':
      return strategicMerge(live, body);
    case 'application/json-patch+json':
      return jsonPatch(live, body);
    default:
      throw new StatusError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`,
      );
  }
}
