/** Colours for people; every function returns its text unchanged where nobody looks. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly bad: (text: string) => string;
}

const SGR = { bold: 1, dim: 2, good: 32, busy: 33, bad: 31 } as const;

export function styleFor(terminal: { readonly isTTY: boolean }): Style {
  const paint = (code: number) => (text: string) =>
    terminal.isTTY && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: paint(SGR.bold),
    dim: paint(SGR.dim),
    good: paint(SGR.good),
    busy: paint(SGR.busy),
    bad: paint(SGR.bad),
  };
}

/**
 * Text that came from a machine or a file, safe on a terminal: a model name with escape sequences must not move the
 * cursor, change the title or paste into the shell.
 */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}
