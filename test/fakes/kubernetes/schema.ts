import { isObject } from './json.ts';
import type { Json } from './json.ts';

/** How the lists of a field are merged (`x-kubernetes-list-type` in the OpenAPI of Kubernetes). */
export type ListType = { readonly kind: 'map'; readonly keys: readonly string[] } | { readonly kind: 'set' };

/** By the name of the field and of its parent, which is enough to tell the ones apart that occur. */
const LISTS: Readonly<Record<string, ListType>> = {
  containers: map('name'),
  initContainers: map('name'),
  volumes: map('name'),
  env: map('name'),
  imagePullSecrets: map('name'),
  volumeMounts: map('mountPath'),
  conditions: map('type'),
  ownerReferences: map('uid'),
  finalizers: { kind: 'set' },
  podCIDRs: { kind: 'set' },
  'containers/ports': map('containerPort', 'protocol'),
  'spec/ports': map('port', 'protocol'),
};

/** Undefined means atomic: the list is one value, as most are. */
export function listTypeOf(parent: string, field: string): ListType | undefined {
  return LISTS[`${parent}/${field}`] ?? LISTS[field];
}

/** The identity of an item, in the form that managedFields use: `k:{"name":"x"}`. */
export function itemKey(item: Json, keys: readonly string[]): string {
  const found = keys.map((key) => [key, (isObject(item) ? item[key] : undefined) ?? defaultOf(key)] as const);
  return `k:${JSON.stringify(Object.fromEntries(found))}`;
}

function defaultOf(key: string): Json {
  return key === 'protocol' ? 'TCP' : null;
}

function map(...keys: string[]): ListType {
  return { kind: 'map', keys };
}
