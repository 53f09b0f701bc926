import type { IgnitionConfig } from './config.ts';

type Json = Record<string, unknown>;

/**
 * What makes two entries of a list the same entry, by the list's path without indices. Lists of text are keyed by the
 * text itself. Source: the `Key()` methods of Ignition's config/v3_4/types.
 */
const KEYS: Readonly<Record<string, string>> = {
  'ignition.config.merge': 'source',
  'ignition.security.tls.certificateAuthorities': 'source',
  'passwd.groups': 'name',
  'passwd.users': 'name',
  'storage.directories': 'path',
  'storage.disks': 'device',
  'storage.files': 'path',
  'storage.filesystems': 'device',
  'storage.links': 'path',
  'storage.luks': 'name',
  'storage.luks.clevis.tang': 'url',
  'storage.raid': 'name',
  'systemd.units': 'name',
  'systemd.units.dropins': 'name',
};

/** Lists in which the same entry may stand twice: the child's follow the parent's (`IgnoreDuplicates`). */
const APPENDED = new Set([
  'storage.files.append',
  'storage.filesystems.mountOptions',
  'storage.filesystems.options',
  'storage.luks.openOptions',
  'storage.luks.options',
  'storage.raid.options',
]);

/** Lists that share one set of keys: a path is a file or a directory or a link, the child's choice (`MergedKeys`). */
const SHARED: readonly (readonly string[])[] = [
  ['storage.directories', 'storage.files', 'storage.links'],
  ['kernelArguments.shouldExist', 'kernelArguments.shouldNotExist'],
];

/**
 * Merges as Ignition does (config/merge): scalars of the child win when they are set, structures merge field by field,
 * list entries with the same key merge in the parent's place, new ones follow.
 */
export function mergeConfigs(parent: IgnitionConfig, child: IgnitionConfig): IgnitionConfig {
  // The generic walk keeps the shape of its inputs, which both have been checked against the schema.
  return mergeObjects(parent, child, '') as IgnitionConfig;
}

function mergeObjects(parent: Json, child: Json, path: string): Json {
  const result: Json = {};
  for (const key of new Set([...Object.keys(parent), ...Object.keys(child)])) {
    const at = path === '' ? key : `${path}.${key}`;
    const merged = mergeField(parent[key], child[key], at, child);
    if (merged !== undefined) result[key] = merged;
  }
  return result;
}

function mergeField(parent: unknown, child: unknown, path: string, childOwner: Json): unknown {
  if (Array.isArray(parent) || Array.isArray(child)) {
    const merged = mergeLists(listOf(parent), listOf(child), path, childOwner);
    return merged.length === 0 ? undefined : merged;
  }
  if (isObject(parent) && isObject(child)) return mergeObjects(parent, child, path);
  return child ?? parent;
}

function mergeLists(parent: unknown[], child: unknown[], path: string, childOwner: Json): unknown[] {
  if (APPENDED.has(path)) return [...parent, ...child];
  const mine = new Map(child.map((entry) => [keyOf(entry, path), entry]));
  const elsewhere = siblingKeys(path, childOwner);
  const result: unknown[] = [];
  for (const entry of parent) {
    const key = keyOf(entry, path);
    const twin = mine.get(key);
    if (twin === undefined) {
      if (!elsewhere.has(key)) result.push(entry);
    } else if (isObject(entry) && isObject(twin)) {
      // A header named without a value takes the parent's header away.
      if (path.endsWith('.httpHeaders') && twin['value'] === undefined) continue;
      result.push(mergeObjects(entry, twin, path));
    } else {
      result.push(twin);
    }
  }
  const known = new Set(parent.map((entry) => keyOf(entry, path)));
  result.push(...child.filter((entry) => !known.has(keyOf(entry, path))));
  return result;
}

/** Keys that the child uses in the other lists of the same family. */
function siblingKeys(path: string, childOwner: Json): Set<string> {
  const keys = new Set<string>();
  for (const sibling of SHARED.find((family) => family.includes(path)) ?? []) {
    if (sibling === path) continue;
    const field = sibling.slice(sibling.lastIndexOf('.') + 1);
    for (const entry of listOf(childOwner[field])) keys.add(keyOf(entry, sibling));
  }
  return keys;
}

function keyOf(entry: unknown, path: string): string {
  if (!isObject(entry)) return String(entry);
  if (path === 'storage.disks.partitions') {
    if (typeof entry['number'] === 'number' && entry['number'] !== 0) return `number:${entry['number']}`;
    return typeof entry['label'] === 'string' ? `label:${entry['label']}` : '';
  }
  const key = entry[path.endsWith('.httpHeaders') ? 'name' : (KEYS[path] ?? 'name')];
  return typeof key === 'string' ? key : '';
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
