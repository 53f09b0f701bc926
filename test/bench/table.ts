/** The middle value; of an even number the upper of the two. NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Rows as a Markdown table; columns with a name that ends in a colon stand right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((name) => (name.endsWith(':') ? '---:' : '---'));
  const names = header.map((name) => name.replace(/:$/, ''));
  return [names, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
