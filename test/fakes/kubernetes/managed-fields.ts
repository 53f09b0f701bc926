import { at, equal, isList, isObject, listAt, textAt, withField } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { itemKey, listTypeOf } from './schema.ts';
import { StatusError } from './status.ts';

/** A field as managedFields name it: `f:spec`, `k:{"name":"x"}`, `v:"x"`; the last may be `.`, the item itself. */
type Path = readonly string[];

/** Set by the server; nobody owns these. */
const UNOWNED = new Set(
  ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'].map(
    (name) => `f:metadata/f:${name}`,
  ),
);

interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string;
}

/**
 * Server-side apply (structured-merge-diff): what is applied is merged in, fields that this manager applied before and
 * left out now are removed unless someone else owns them too, and a field of another manager with another value is a
 * conflict, which `force` takes over.
 *
 * @throws StatusError 409 listing the conflicting fields
 */
export function applyConfiguration(
  live: JsonObject | undefined,
  configuration: JsonObject,
  writer: Writer & { readonly force: boolean },
): JsonObject {
  const applied = withoutManaged(configuration);
  const wanted = fieldsOf(applied);
  let entries = live === undefined ? [] : entriesOf(live);
  const base = live === undefined ? {} : withoutManaged(live);
  let merged = merge(base, applied, '', '') as JsonObject;
  // Only what would really change is disputed: an empty map takes nothing from those who own its entries.
  const disputed = new Map<string, string>();
  for (const entry of entries) {
    if (isSame(entry, writer)) continue;
    for (const path of pathsOf(entry))
      if (wanted.has(path) && !equal(read(base, split(path)), read(merged, split(path))))
        disputed.set(path, textAt(entry, 'manager'));
  }
  if (disputed.size > 0 && !writer.force) throw applyConflict(disputed);
  entries = entries.map((entry) => (isSame(entry, writer) ? entry : without(entry, disputed)));
  const before = entries.find((entry) => isSame(entry, writer));
  const others = new Set(entries.filter((entry) => entry !== before).flatMap((entry) => [...pathsOf(entry)]));
  // Deepest first, so that an item's fields are gone before the item.
  const dropped = [...(before === undefined ? [] : pathsOf(before))]
    .filter((path) => !wanted.has(path) && !others.has(path))
    .sort((one, other) => split(other).length - split(one).length);
  for (const path of dropped) merged = erase(merged, split(path)) as JsonObject;
  return manage(live, merged, entries, before, writer, wanted);
}

/** What any other write means for ownership: the fields it changed are its own from now on. */
export function recordUpdate(live: JsonObject | undefined, next: JsonObject, writer: Writer): JsonObject {
  const entries = live === undefined ? [] : entriesOf(live);
  const base = live === undefined ? {} : withoutManaged(live);
  const object = withoutManaged(next);
  const fields = fieldsOf(object);
  const changed = new Set(
    [...fields].filter((path) => !equal(read(base, split(path)), read(object, split(path)))),
  );
  const gone = new Set([...fieldsOf(base)].filter((path) => !fields.has(path)));
  const taken = new Map([...changed, ...gone].map((path) => [path, '']));
  const left = entries.map((entry) => without(entry, taken));
  const before = left.find((entry) => isSame(entry, writer));
  const mine = new Set([...(before === undefined ? [] : pathsOf(before)), ...changed]);
  return manage(live, object, left, before, writer, mine);
}

function manage(
  live: JsonObject | undefined,
  object: JsonObject,
  entries: readonly JsonObject[],
  before: JsonObject | undefined,
  writer: Writer,
  fields: ReadonlySet<string>,
): JsonObject {
  const { manager, operation, subresource } = writer;
  const entry: JsonObject = {
    manager,
    operation,
    apiVersion: textAt(object, 'apiVersion'),
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    fieldsType: 'FieldsV1',
    fieldsV1: treeOf(fields),
    ...(subresource === undefined ? {} : { subresource }),
  };
  const same = before !== undefined && equal(at(before, 'fieldsV1'), at(entry, 'fieldsV1'));
  const kept = entries.filter((one) => one !== before && pathsOf(one).size > 0);
  const all = fields.size === 0 ? kept : [...kept, same ? before : entry];
  // Nothing changed: the order of the entries is kept too, so that the object is equal to the stored one.
  const old = live === undefined ? [] : entriesOf(live);
  const unchanged = all.length === old.length && all.every((one) => old.some((other) => equal(one, other)));
  return withField(object, ['metadata', 'managedFields'], unchanged ? old : all);
}

function withoutManaged(object: JsonObject): JsonObject {
  return withField(object, ['metadata', 'managedFields'], undefined);
}

function entriesOf(object: JsonObject): JsonObject[] {
  return listAt(object, 'metadata', 'managedFields').filter(isObject);
}

function isSame(entry: JsonObject, { manager, operation, subresource = '' }: Writer): boolean {
  return (
    textAt(entry, 'manager') === manager &&
    textAt(entry, 'operation') === operation &&
    textAt(entry, 'subresource') === subresource
  );
}

function without(entry: JsonObject, taken: ReadonlyMap<string, unknown>): JsonObject {
  const paths = pathsOf(entry);
  if (![...paths].some((path) => taken.has(path))) return entry;
  return { ...entry, fieldsV1: treeOf(new Set([...paths].filter((path) => !taken.has(path)))) };
}

function merge(live: Json | undefined, applied: Json, parent: string, field: string): Json {
  if (isObject(applied)) {
    const merged: Record<string, Json> = isObject(live) ? { ...live } : {};
    for (const [key, value] of Object.entries(applied)) merged[key] = merge(merged[key], value, field, key);
    return merged;
  }
  const type = isList(applied) ? listTypeOf(parent, field) : undefined;
  if (!isList(applied) || type === undefined) return applied;
  const existing = isList(live) ? live : [];
  if (type.kind === 'set') return [...new Set([...existing, ...applied])];
  const byKey = new Map(existing.map((item) => [itemKey(item, type.keys), item]));
  for (const item of applied) {
    const key = itemKey(item, type.keys);
    byKey.set(key, merge(byKey.get(key), item, field, ''));
  }
  return [...byKey.values()];
}

/** Every leaf of an object, and every item of a list that has an identity. */
function fieldsOf(object: JsonObject): Set<string> {
  const found = new Set<string>();
  const visit = (value: Json, path: Path, parent: string, field: string): void => {
    const type = isList(value) ? listTypeOf(parent, field) : undefined;
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [key, child] of Object.entries(value)) visit(child, [...path, `f:${key}`], field, key);
    } else if (isList(value) && type?.kind === 'map') {
      for (const item of value) {
        const here = [...path, itemKey(item, type.keys)];
        found.add(join([...here, '.']));
        visit(item, here, field, '');
      }
    } else if (isList(value) && type?.kind === 'set') {
      for (const item of value) found.add(join([...path, `v:${JSON.stringify(item)}`]));
    } else found.add(join(path));
  };
  for (const [key, value] of Object.entries(object))
    if (!['apiVersion', 'kind'].includes(key)) visit(value, [`f:${key}`], '', key);
  return new Set([...found].filter((path) => !UNOWNED.has(split(path).slice(0, 2).join('/'))));
}

function read(value: Json | undefined, path: Path): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  // That an item exists is no value that could be disputed.
  if (step === '.') return value === undefined ? undefined : true;
  return read(childAt(value, step), rest);
}

function childAt(value: Json | undefined, step: string): Json | undefined {
  if (step.startsWith('f:')) return at(value, step.slice(2));
  if (!isList(value)) return undefined;
  if (step.startsWith('v:')) return value.find((item) => JSON.stringify(item) === step.slice(2));
  return value.find((item) => itemKey(item, keysOf(step)) === step);
}

function erase(value: Json, path: Path): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined || step === '.') return undefined;
  const child = childAt(value, step);
  if (child === undefined) return value;
  const next = erase(child, rest);
  if (isList(value)) {
    const index = value.indexOf(child);
    return next === undefined ? value.filter((_, at) => at !== index) : value.with(index, next);
  }
  const left = withField(value as JsonObject, [step.slice(2)], next);
  // An object that only existed for this field goes with it.
  return Object.keys(left).length === 0 ? undefined : left;
}

function keysOf(step: string): string[] {
  return Object.keys(JSON.parse(step.slice(2)) as JsonObject);
}

function treeOf(paths: ReadonlySet<string>): JsonObject {
  let tree: JsonObject = {};
  for (const path of [...paths].sort()) tree = withField(tree, split(path), {});
  return tree;
}

function pathsOf(entry: JsonObject): Set<string> {
  const found = new Set<string>();
  const visit = (value: Json, path: Path): void => {
    const children = isObject(value) ? Object.entries(value) : [];
    if (children.length === 0 && path.length > 0) found.add(join(path));
    for (const [step, child] of children) visit(child, [...path, step]);
  };
  visit(at(entry, 'fieldsV1') ?? {}, []);
  return found;
}

function join(path: Path): string {
  return path.join('\u0000');
}

function split(path: string): string[] {
  return path.split('\u0000');
}

function applyConflict(disputed: ReadonlyMap<string, string>): StatusError {
  const causes = [...disputed].map(([path, manager]) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}"`,
    field: split(path)
      .map((step) => (step.startsWith('f:') ? `.${step.slice(2)}` : `[${step.slice(2)}]`))
      .join(''),
  }));
  const fields = causes.map((cause) => `${cause.message}: ${cause.field}`).join(', ');
  return new StatusError(409, 'Conflict', `Apply failed with ${causes.length} conflict(s): ${fields}`, {
    details: { causes },
  });
}
