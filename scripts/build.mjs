// Compiles src to dist and puts the files that are not code beside it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// A stale file in dist would be served or run although its source is gone.
rmSync(`${root}dist`, { recursive: true, force: true });
rmSync(`${root}node_modules/.cache/tsc/build.tsbuildinfo`, { force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const folder of ['web/views', 'web/static']) {
  if (existsSync(`${root}src/${folder}`))
    cpSync(`${root}src/${folder}`, `${root}dist/${folder}`, { recursive: true });
}
