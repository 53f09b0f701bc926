import { IgnitionConfig } from './config.ts';
import { isSpecVersion, requirements, atLeast } from './version.ts';

export type ParsedConfig =
  | {
      readonly ok: true;
      /** Always 3.4.0: the older specs are subsets of it. */
      readonly config: IgnitionConfig;
      /** What Ignition would warn about: unknown keys, and keys newer than the version that the config names. */
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly error: string };

/** A foreign config larger than this is refused before it is looked at. */
const MAX_TEXT = 8 * 1024 * 1024;

/** The `ignition.version` of a JSON text, when it has one; that is how `ocne` tells Ignition from Butane. */
export function ignitionVersionOf(text: string): string | undefined {
  const document = parseJson(text);
  const meta = isObject(document) ? document['ignition'] : undefined;
  const version = isObject(meta) ? meta['version'] : undefined;
  return typeof version === 'string' && /^\d+\.\d+\.\d+/.test(version) ? version : undefined;
}

/** Reads Ignition JSON of spec 3.0.0 to 3.4.0 and lifts it to 3.4.0. */
export function parseConfig(text: string): ParsedConfig {
  if (text.length > MAX_TEXT) return { ok: false, error: 'the config is larger than 8 MiB' };
  const document = parseJson(text);
  if (document === undefined) return { ok: false, error: 'not valid JSON' };
  return checkConfig(document);
}

/** The same for a document that is JSON already. */
export function checkConfig(document: unknown): ParsedConfig {
  const cleaned = withoutNulls(document);
  const warnings: string[] = [];
  let result = IgnitionConfig.safeParse(cleaned);
  if (!result.success) {
    for (const issue of result.error.issues) {
      if (issue.code !== 'unrecognized_keys')
        return { ok: false, error: `${dotted(issue.path)}: ${issue.message}` };
      for (const key of issue.keys) {
        warnings.push(`unused key ${dotted([...issue.path, key])}`);
        removeKey(cleaned, issue.path, key);
      }
    }
    result = IgnitionConfig.safeParse(cleaned);
    if (!result.success) return { ok: false, error: 'the config cannot be read' };
  }
  const config = result.data;
  const version = config.ignition.version;
  if (!isSpecVersion(version))
    return { ok: false, error: `ignition.version: ${version.slice(0, 20)} is not one of 3.0.0 to 3.4.0` };
  for (const need of requirements(config))
    if (!atLeast(version, need.since))
      warnings.push(`${need.what} needs version ${need.since}, the config says ${version}`);
  const twice = duplicatePath(config);
  if (twice !== undefined) return { ok: false, error: `storage: ${twice} is defined twice` };
  return { ok: true, config: { ...config, ignition: { ...config.ignition, version: '3.4.0' } }, warnings };
}

function duplicatePath(config: IgnitionConfig): string | undefined {
  const seen = new Set<string>();
  const { files = [], directories = [], links = [] } = config.storage ?? {};
  for (const { path } of [...files, ...directories, ...links]) {
    if (seen.has(path)) return path;
    seen.add(path);
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Go writes an unset pointer as null; to Ignition both mean absent. The model is 8 levels deep, the rest is hostile. */
function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > 32) return undefined;
  if (Array.isArray(value)) return value.map((entry) => withoutNulls(entry, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([key, entry]) => [key, withoutNulls(entry, depth + 1)]),
  );
}

function removeKey(document: unknown, path: readonly PropertyKey[], key: string): void {
  let at = document;
  for (const step of path) {
    if (Array.isArray(at) && typeof step === 'number') at = at[step];
    else if (isObject(at) && typeof step === 'string') at = at[step];
  }
  if (isObject(at)) Reflect.deleteProperty(at, key);
}

function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the config' : path.map(String).join('.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
