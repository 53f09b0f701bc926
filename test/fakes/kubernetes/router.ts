import { textAt } from './json.ts';
import { BUILT_IN, apiVersionOf, resourcesOf } from './resource.ts';
import type { Resource } from './resource.ts';
import type { Storage } from './storage.ts';
import { StatusError } from './status.ts';
import type { Json, JsonObject } from './json.ts';

/** What a path asks for. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

const CRDS = BUILT_IN.find(({ plural }) => plural === 'customresourcedefinitions');

/** Everything that is served now, custom resources included. */
export function servedBy(storage: Storage): readonly Resource[] {
  return [...BUILT_IN, ...(CRDS === undefined ? [] : storage.list(CRDS).flatMap(resourcesOf))];
}

/** `/api/v1/namespaces/NS/secrets/NAME` and its relatives; undefined for a path that is no resource. */
export function targetOf(path: string, served: readonly Resource[]): Target | undefined {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part));
  const [root, ...rest] = parts;
  const [group = '', version = ''] = root === 'api' ? ['', rest.shift()] : [rest.shift(), rest.shift()];
  if ((root !== 'api' && root !== 'apis') || rest.length === 0) return undefined;
  const find = (plural: string): Resource | undefined =>
    served.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (rest[0] === 'namespaces' && rest.length > 2) {
    const [, namespace = '', plural = '', name = '', subresource = ''] = rest;
    const resource = find(plural);
    if (resource?.namespaced === true) return { resource, namespace, name, subresource };
    // /api/v1/namespaces/NS/status and /finalize are the namespace's own.
    const own = find('namespaces');
    if (own === undefined || !['status', 'finalize'].includes(plural)) throw unknownPath();
    return { resource: own, namespace: '', name: namespace, subresource: plural };
  }
  const [plural = '', name = '', subresource = ''] = rest;
  const resource = find(plural);
  if (resource === undefined || (resource.namespaced && name !== '')) throw unknownPath();
  return { resource, namespace: '', name, subresource };
}

export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}

/** `/api`, `/apis`, and the lists under them; undefined for any other path. */
export function discovery(path: string, served: readonly Resource[]): JsonObject | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  const groups = [...new Set(served.map(({ group }) => group))].filter((group) => group !== '');
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((group) => groupEntry(group, served)),
    };
  const [root, one = '', two] = parts;
  if (root === 'apis' && parts.length === 2 && groups.includes(one))
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(one, served) };
  const wanted =
    root === 'api' && parts.length === 2
      ? one
      : root === 'apis' && parts.length === 3
        ? `${one}/${two ?? ''}`
        : '';
  const listed = served.filter((resource) => apiVersionOf(resource) === wanted);
  if (listed.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: wanted,
    resources: listed.flatMap(resourceEntries),
  };
}

function groupEntry(name: string, served: readonly Resource[]): JsonObject {
  const versions = served
    .filter(({ group }) => group === name)
    .map((resource) => ({ groupVersion: apiVersionOf(resource), version: resource.version }));
  const unique = [...new Map(versions.map((entry) => [entry.version, entry])).values()];
  return { name, versions: unique, preferredVersion: unique[0] ?? {} };
}

function resourceEntries({ plural, kind, namespaced, status }: Resource): Json[] {
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  const entry = { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs };
  if (!status) return [entry];
  return [entry, { ...entry, name: `${plural}/status`, singularName: '', verbs: ['get', 'patch', 'update'] }];
}

/** What the body must agree with the path about. @throws StatusError 400 */
export function checkBody(body: JsonObject, target: Target): void {
  const kind = textAt(body, 'kind');
  if (kind !== '' && kind !== target.resource.kind)
    throw new StatusError(400, 'BadRequest', `the kind ${kind} does not match ${target.resource.kind}`);
  const version = textAt(body, 'apiVersion');
  if (version !== '' && version !== apiVersionOf(target.resource))
    throw new StatusError(
      400,
      'BadRequest',
      `the API version in the data (${version}) does not match the expected API version (${apiVersionOf(target.resource)})`,
    );
  const name = textAt(body, 'metadata', 'name');
  if (target.name !== '' && name !== '' && name !== target.name)
    throw new StatusError(
      400,
      'BadRequest',
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    );
  const namespace = textAt(body, 'metadata', 'namespace');
  if (namespace !== '' && namespace !== target.namespace)
    throw new StatusError(
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
}
