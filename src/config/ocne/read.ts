import { z } from 'zod';
import { Problem } from '../../domain/error/problem.ts';
import { isYamlMap, readYaml } from '../../protocol/ignition/yaml-tree.ts';
import { ClusterFile, DefaultsFile } from './schema.ts';
import type { YamlValue } from '../../protocol/ignition/yaml-tree.ts';
import type { OcneSettings } from './schema.ts';

export interface ReadSettings {
  readonly settings: OcneSettings;
  /** Keys that nobody knows, as `file:line: key`; `ocne` ignores them in silence. */
  readonly ignored: readonly string[];
}

/** Reads `defaults.yaml`, in which an unknown key is an error. */
export function readDefaultsFile(text: string, file: string): OcneSettings {
  return read(text, file, DefaultsFile, 'strict').settings;
}

/** Reads a cluster file, in which unknown keys are passed over. */
export function readClusterFile(text: string, file: string): ReadSettings {
  return read(text, file, ClusterFile, 'lenient');
}

function read(
  text: string,
  file: string,
  schema: typeof DefaultsFile | typeof ClusterFile,
  unknownKeys: 'strict' | 'lenient',
): ReadSettings {
  const refuse = (line: number, message: string): Problem =>
    new Problem('config-invalid', `could not parse config file ${file}: ${file}:${line}: ${message}`);
  const tree = readYaml(text);
  if (!tree.ok) throw refuse(tree.line, tree.message);
  const value = tree.value ?? {};
  if (!isYamlMap(value)) throw refuse(1, 'must be a map of keys and values');

  const ignored: string[] = [];
  let result = schema.safeParse(value);
  for (const issue of result.error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') throw refuse(tree.lineOf(issue.path), describe(issue, value));
    const allowed = Object.keys(shapeAt(schema, issue.path)).sort().join(', ');
    for (const key of issue.keys) {
      const at = [...issue.path, key];
      if (unknownKeys === 'strict')
        throw refuse(tree.lineOf(at), `unknown key ${dotted(at)}, allowed here: ${allowed}`);
      ignored.push(`${file}:${tree.lineOf(at)}: ${dotted(at)}`);
      removeKey(value, issue.path, key);
    }
  }
  if (!result.success) result = schema.safeParse(value);
  if (!result.success) throw refuse(1, 'cannot be read');
  return { settings: result.data, ignored };
}

function describe(issue: z.core.$ZodIssue, root: YamlValue): string {
  const key = dotted(issue.path);
  if (issue.code === 'invalid_type') {
    const wanted = issue.expected === 'array' ? 'a list' : 'a section with keys of its own';
    return `${key} must be ${wanted}`;
  }
  const found = valueAt(root, issue.path);
  const shown = typeof found === 'object' ? '' : `, not ${JSON.stringify(found)}`;
  // A password hash or an inline config has no place in an error text.
  return `${key} ${issue.message}${/password|inline/i.test(key) ? '' : shown}`;
}

function valueAt(root: YamlValue, path: readonly PropertyKey[]): unknown {
  let at: unknown = root;
  for (const step of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined;
  return typeof at === 'object' && at !== null && 'source' in at ? at.source : at;
}

function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): object {
  let at: unknown = schema;
  for (const step of path) {
    if (at instanceof z.ZodOptional) at = at.unwrap();
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject) at = (at.shape as Record<PropertyKey, unknown>)[step];
  }
  if (at instanceof z.ZodOptional) at = at.unwrap();
  return at instanceof z.ZodObject ? at.shape : {};
}

function removeKey(root: YamlValue, path: readonly PropertyKey[], key: string): void {
  let at: unknown = root;
  for (const step of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined;
  if (typeof at === 'object' && at !== null) Reflect.deleteProperty(at, key);
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
