import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';

/**
 * An unquoted YAML scalar that is not text by itself, with the characters that stood in the file: `1.30` is the number
 * 1.3 to YAML and the version "1.30" to the person who wrote it. Whoever reads the field knows which one it is.
 */
export class PlainScalar {
  readonly source: string;
  readonly value: number | boolean;

  constructor(source: string, value: number | boolean) {
    this.source = source;
    this.value = value;
  }
}

export type YamlValue = string | PlainScalar | undefined | YamlValue[] | { [key: string]: YamlValue };

export type YamlTree =
  | {
      readonly ok: true;
      readonly value: YamlValue;
      /** The line (from 1) of the innermost known node on a path of keys and indices. */
      readonly lineOf: (path: readonly PropertyKey[]) => number;
    }
  | { readonly ok: false; readonly line: number; readonly message: string };

const MAX_TEXT = 4 * 1024 * 1024;

/** Nodes after aliases are followed; a "billion laughs" document stops here. */
const MAX_NODES = 100_000;

/**
 * Reads one YAML document and keeps where everything stood. Nulls are absent keys, as in Go. Octal integers of YAML 1.1
 * (`mode: 0644`) are octal, as Go's reader and everyone who writes a mode take them.
 */
export function readYaml(text: string): YamlTree {
  if (text.length > MAX_TEXT) return { ok: false, line: 1, message: 'the file is larger than 4 MiB' };
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : Math.max(1, lineCounter.linePos(offset).line);
  const error = document.errors[0];
  if (error !== undefined) return { ok: false, line: lineAt(error.pos[0]), message: error.message };
  const budget = { nodes: MAX_NODES };
  const value = convert(document.contents, document, budget, 0);
  if (budget.nodes <= 0) return { ok: false, line: 1, message: 'the document nests or repeats too much' };
  const lineOf = (path: readonly PropertyKey[]): number => lineAt(offsetOf(document.contents, path));
  return { ok: true, value, lineOf };
}

function convert(node: unknown, document: Document, budget: { nodes: number }, depth: number): YamlValue {
  budget.nodes -= 1;
  if (depth > 64) budget.nodes = 0;
  if (budget.nodes <= 0) return undefined;
  const child = (entry: unknown): YamlValue => convert(entry, document, budget, depth + 1);
  if (isAlias(node)) return child(node.resolve(document));
  if (isSeq(node)) return node.items.map(child);
  if (isMap(node)) {
    const pairs: [string, YamlValue][] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? keyText(key) : '';
      const resolved = isAlias(value) ? value.resolve(document) : value;
      // `<<: *anchor`: the keys of the anchor stand below the map's own.
      if (name === '<<' && isMap(resolved)) {
        const merged = child(resolved);
        if (isYamlMap(merged)) pairs.unshift(...Object.entries(merged));
      } else pairs.push([name, child(value)]);
    }
    return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
  }
  return isScalar(node) ? scalar(node.value, node.source, node.type) : undefined;
}

function scalar(value: unknown, source: string | undefined, type: string | undefined): YamlValue {
  if (type === 'PLAIN' && source !== undefined && /^0[0-7]+$/.test(source))
    return new PlainScalar(source, Number.parseInt(source, 8));
  if (typeof value === 'number' || typeof value === 'boolean')
    return new PlainScalar(source ?? String(value), value);
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : (source ?? '');
}

function offsetOf(root: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = root;
  let offset = rangeStart(root);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && keyText(key) === String(step));
      offset = rangeStart(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function keyText(key: { value: unknown; source?: string | undefined }): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

export function isYamlMap(value: YamlValue): value is { [key: string]: YamlValue } {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof PlainScalar);
}

/** The value without the memory of its spelling. */
export function plainValue(value: YamlValue): unknown {
  if (value instanceof PlainScalar) return value.value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (isYamlMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plainValue(entry)]));
  return value;
}
