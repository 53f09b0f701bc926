import { Problem } from '../error/problem.ts';

/** What media and images are called: also a directory name and a part of URLs, so nothing in it needs quoting anywhere. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** @throws Problem `input-invalid` saying what a name may be */
export function checkedName(text: string): string {
  if (isName(text)) return text;
  throw new Problem('input-invalid', `${JSON.stringify(text.slice(0, 80))} cannot be a name.`, {
    remedy:
      'Use 1 to 64 lower-case letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  });
}

/** A name made from a volume label or a ref; `fallback` when nothing of it can be used. */
export function nameFrom(text: string, fallback: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[-._]+$/, '');
  return isName(name) ? name : fallback;
}
