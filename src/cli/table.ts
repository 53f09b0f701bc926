import { plain } from './style.ts';
import type { Style } from './style.ts';

interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | undefined;
  /** Paints the padded cell, so that colour codes never count as width. */
  readonly paint?: (text: string, row: T) => string;
}

/** Rows under titles in aligned columns, two spaces between them; a missing value is a dash. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => cell(column.value(row))));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const pad = (text: string, at: number): string =>
    at === columns.length - 1 ? text : text.padEnd(widths[at] ?? 0);
  const head = columns.map((column, at) => style.dim(pad(column.title, at))).join('  ');
  const lines = rows.map((row, index) =>
    columns
      .map((column, at) => {
        const text = pad(cells[index]?.[at] ?? '-', at);
        return column.paint?.(text, row) ?? text;
      })
      .join('  '),
  );
  return [head, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** Names and values under one another; entries without a value are left out. */
export function details(entries: readonly (readonly [string, string | undefined])[], style: Style): string {
  const present = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}\n`).join('');
}

function cell(value: string | undefined): string {
  return value === undefined || value === '' ? '-' : plain(value);
}
