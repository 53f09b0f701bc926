// Writes docs/errors.md from the catalogue: node scripts/errors-page.ts
import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../src/domain/error/catalogue.ts';

/** The page for people who search for a code. */
export function errorsPage(): string {
  const entries = Object.entries(CATALOGUE).map(
    ([code, { status, meaning, remedy }]) =>
      `## ${code}\n\n${meaning}\n\nWhat to do: ${remedy}\n\nHTTP status: ${status}\n`,
  );
  const opening = [
    '# Errors',
    '',
    'Every error has a stable code. The CLI prints it after `code:`, the API returns it as `error.code`, and the',
    'provisioning listener sends it in the header `X-Hearth-Error`. Programs may match on codes: they are never renamed.',
    'The message beside a code names the host, file or line; what follows here is what holds for every case.',
    '',
    'This page is written by `node scripts/errors-page.ts` from `src/domain/error/catalogue.ts`.',
    '',
  ].join('\n');
  return `${opening}\n${entries.join('\n')}`;
}

if (import.meta.main) writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
