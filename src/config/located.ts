import { LineCounter, isCollection, isPair, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';

/** A YAML file whose values remember their lines, so that a mistake can be pointed at. */
export interface LocatedYaml {
  readonly file: string;
  readonly value: unknown;
  /** The 1-based line of a key, or of the nearest parent that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Reads YAML. Aliases are bounded by the library, duplicate keys are errors: both hide mistakes.
 *
 * @throws Problem `config-invalid` naming file and line
 */
export function parseLocated(file: string, text: string): LocatedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line;
    throw new Problem('config-invalid', `${file}:${line}: this is not valid YAML: ${error.message}`);
  }
  return {
    file,
    value: document.toJS() as unknown,
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
  };
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (!isCollection(node)) break;
    const pair: unknown = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && item.key.value === key,
    );
    if (isPair(pair)) {
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
      continue;
    }
    node = typeof key === 'number' ? node.items[key] : undefined;
    if (isCollection(node) || isScalar(node)) offset = node.range?.[0] ?? offset;
  }
  return offset;
}

/**
 * Checks a file against a schema.
 *
 * @throws Problem `config-invalid` listing every mistake as `file:line: key: what is allowed`
 */
export function checkLocated<T>(yaml: LocatedYaml, schema: z.ZodType<T>): T {
  const result = schema.safeParse(yaml.value ?? {});
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue) => {
    // An unknown key is reported on its parent; the key itself is the line that must change.
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    return mistake(yaml, path, issue.message);
  });
  throw new Problem('config-invalid', mistakes.join('\n'));
}

/** One mistake as text. */
export function mistake(yaml: LocatedYaml, path: readonly PropertyKey[], message: string): string {
  return `${yaml.file}:${yaml.lineOf(path)}: ${path.length === 0 ? 'the file' : formatPath(path)}: ${message}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
