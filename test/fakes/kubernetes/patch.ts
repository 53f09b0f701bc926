import { at, isList, isObject, textAt } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { itemKey, listTypeOf } from './schema.ts';
import { badRequest, StatusError } from './status.ts';

/** JSON Merge Patch (RFC 7386). */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Strategic merge as far as lists with keys and `$patch: delete` go; the other directives are refused. */
export function strategicMerge(target: Json | undefined, patch: Json, parent = '', field = ''): Json {
  const type = isList(patch) ? listTypeOf(parent, field) : undefined;
  if (isList(patch) && type?.kind === 'map') {
    const merged = new Map((isList(target) ? target : []).map((item) => [itemKey(item, type.keys), item]));
    for (const item of patch) {
      const key = itemKey(item, type.keys);
      if (at(item, '$patch') === 'delete') merged.delete(key);
      else merged.set(key, strategicMerge(merged.get(key), item, field, ''));
    }
    return [...merged.values()];
  }
  if (isList(patch) && type?.kind === 'set')
    return [...new Set([...(isList(target) ? target : []), ...patch])];
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$'))
      throw badRequest(`strategic merge directive ${key} is not implemented in this fake`);
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = strategicMerge(merged[key], value, field, key);
  }
  return merged;
}

/** JSON Patch (RFC 6902): add, remove, replace, test. */
export function jsonPatch(target: JsonObject, operations: Json): Json {
  if (!isList(operations)) throw badRequest('a JSON patch is a list');
  return operations.reduce<Json>((document, operation) => {
    const path = at(operation, 'path');
    if (typeof path !== 'string') throw badRequest('an operation has no path');
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return operate(document, steps, textAt(operation, 'op'), at(operation, 'value'));
  }, target);
}

function operate(here: Json, [step, ...rest]: string[], op: string, value: Json | undefined): Json {
  if (step === undefined) return value ?? null;
  if (rest.length > 0) {
    const child = isList(here) ? here[Number(step)] : at(here, step);
    if (child === undefined) throw refused(`no such path: ${step}`);
    return put(here, step, operate(child, rest, op, value));
  }
  const present = isList(here) ? Number(step) < here.length : at(here, step) !== undefined;
  if (op !== 'add' && !present) throw refused(`no such path: ${step}`);
  if (op === 'test') return here;
  if (op === 'remove') {
    if (isList(here)) return here.filter((_, index) => index !== Number(step));
    return Object.fromEntries(Object.entries(here as JsonObject).filter(([key]) => key !== step));
  }
  if (isList(here) && op === 'add') {
    const index = step === '-' ? here.length : Number(step);
    return [...here.slice(0, index), value ?? null, ...here.slice(index)];
  }
  return put(here, step, value ?? null);
}

function put(here: Json, step: string, value: Json): Json {
  if (isList(here)) return here.map((item, index) => (index === Number(step) ? value : item));
  return { ...(here as JsonObject), [step]: value };
}

function refused(message: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
  );
}
