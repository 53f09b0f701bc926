import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Router } from 'express';
import { Problem } from '../../../domain/error/problem.ts';
import { STATIC } from '../../../web/location.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Styles and scripts, a handful of small files, in memory. */
interface Assets {
  /** Of all files together. It is in their addresses, so that browsers may keep them for ever. */
  readonly version: string;
  readonly router: Router;
}

export function loadAssets(): Assets {
  const files = new Map(readdirSync(STATIC).map((name) => [name, readFileSync(join(STATIC, name))]));
  files.set('htmx.js', readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')));
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(name).update(content);
  const router = Router();
  router.get('/static/:version/:name', (req, res) => {
    const { name } = req.params;
    const content = files.get(name);
    if (content === undefined) throw new Problem('not-found', 'There is no such file.');
    res.setHeader('Content-Type', TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
    res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    res.end(content);
  });
  return { version: hash.digest('hex').slice(0, 12), router };
}
