import { encodeInline } from './data-url.ts';
import { checkConfig } from './parse.ts';
import { PlainScalar, isYamlMap, readYaml } from './yaml-tree.ts';
import type { ParsedConfig } from './parse.ts';
import type { YamlTree, YamlValue } from './yaml-tree.ts';

/**
 * Butane, variant fcos: the part that is Ignition in YAML with snake_case keys and inline contents. What Butane builds
 * on top of that (files read from the author's disk, mount units, RAID boot devices, boot loader passwords) is refused
 * by name and line instead of being left out in silence.
 * Source: coreos.github.io/butane/config-fcos-v1_5.
 */

/** The Ignition spec that each version of the variant stands for. */
const SPEC_OF: Readonly<Record<string, string>> = {
  '1.0.0': '3.0.0',
  '1.1.0': '3.1.0',
  '1.2.0': '3.2.0',
  '1.3.0': '3.2.0',
  '1.4.0': '3.3.0',
  '1.5.0': '3.4.0',
};

/** Keys that need more than a translation, by the last part of their path, and what to write instead. */
const REFUSED: Readonly<Record<string, string>> = {
  boot_device: 'describe the disks in storage',
  grub: 'write the file that GRUB reads in storage.files',
  trees: 'list the files one by one',
  local: 'put the text into `inline`',
  contents_local: 'put the text into `contents`',
  ssh_authorized_keys_local: 'put the keys into `ssh_authorized_keys`',
  with_mount_unit: 'write the mount unit in systemd.units',
};

/** Names that a mechanical change of case would get wrong. */
const RENAMED: Readonly<Record<string, string>> = { size_mib: 'sizeMiB', start_mib: 'startMiB' };

class Refusal extends Error {
  readonly path: readonly PropertyKey[];

  constructor(path: readonly PropertyKey[], message: string) {
    super(message);
    this.path = path;
  }
}

/** Translates Butane to Ignition 3.4.0. Errors and warnings start with `line N:`. */
export function parseButane(text: string): ParsedConfig {
  const tree = readYaml(text);
  if (!tree.ok) return { ok: false, error: `line ${tree.line}: ${tree.message}` };
  if (!isYamlMap(tree.value))
    return { ok: false, error: 'line 1: neither Ignition JSON nor a Butane document' };
  try {
    const spec = specOf(tree.value);
    const body = Object.fromEntries(
      Object.entries(tree.value).filter(([key]) => key !== 'variant' && key !== 'version'),
    );
    const translated = translate(body, []);
    const meta = isRecord(translated) ? translated['ignition'] : undefined;
    const config = {
      ...(isRecord(translated) ? translated : {}),
      ignition: { ...(isRecord(meta) ? meta : {}), version: spec },
    };
    return withLines(checkConfig(config), tree);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { ok: false, error: `line ${tree.lineOf(thrown.path)}: ${thrown.message}` };
  }
}

function specOf(document: { [key: string]: YamlValue }): string {
  const variant = textOf(document['variant']);
  if (variant === undefined) throw new Refusal([], 'neither Ignition JSON nor Butane: `variant` is missing');
  if (variant !== 'fcos')
    throw new Refusal(['variant'], `variant: ${variant} is not supported, allowed: fcos`);
  const version = textOf(document['version']) ?? '';
  const spec = SPEC_OF[version];
  if (spec === undefined)
    throw new Refusal(
      ['version'],
      `version: ${version === '' ? 'missing' : version}, allowed: ${Object.keys(SPEC_OF).join(', ')}`,
    );
  return spec;
}

function translate(value: YamlValue, path: readonly PropertyKey[]): unknown {
  if (value instanceof PlainScalar) return value.value;
  if (Array.isArray(value)) return value.map((entry, index) => translate(entry, [...path, index]));
  if (!isYamlMap(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, key];
    const instead = REFUSED[key];
    if (instead !== undefined && !(entry instanceof PlainScalar && entry.value === false))
      throw new Refusal(at, `${dotted(at)} is not supported: ${instead}`);
    if (instead !== undefined) continue;
    result[camelCase(key)] = translate(entry, at);
  }
  return 'inline' in result ? inlineResource(result, path) : result;
}

/** `inline` becomes a data URL; `compression` that the author chose would describe bytes that are not there. */
function inlineResource(
  resource: Record<string, unknown>,
  path: readonly PropertyKey[],
): Record<string, unknown> {
  const { inline, ...rest } = resource;
  if (typeof inline !== 'string')
    throw new Refusal([...path, 'inline'], `${dotted([...path, 'inline'])} must be text`);
  if (rest['source'] !== undefined)
    throw new Refusal([...path, 'inline'], `${dotted(path)}: only one of inline and source may be given`);
  return { ...rest, ...encodeInline(inline) };
}

function withLines(parsed: ParsedConfig, tree: YamlTree): ParsedConfig {
  if (!tree.ok) return parsed;
  const locate = (message: string): string => {
    const path = /^(?:unused key )?([\w.]+)/.exec(message)?.[1] ?? '';
    const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : snakeCase(step)));
    return `line ${tree.lineOf(steps)}: ${snakePath(message, path)}`;
  };
  if (!parsed.ok) return { ok: false, error: locate(parsed.error) };
  return { ...parsed, warnings: parsed.warnings.map(locate) };
}

function snakePath(message: string, path: string): string {
  return path.includes('.') ? message.replace(path, path.split('.').map(snakeCase).join('.')) : message;
}

function camelCase(key: string): string {
  return RENAMED[key] ?? key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(key: string): string {
  const renamed = Object.entries(RENAMED).find(([, camel]) => camel === key)?.[0];
  return renamed ?? key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function textOf(value: YamlValue): string | undefined {
  if (value instanceof PlainScalar) return value.source;
  return typeof value === 'string' ? value : undefined;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
