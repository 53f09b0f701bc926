import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built assets live: `$HEARTH_RACK_CACHE`, else below the user's cache directory. */
export function cacheDirectory(): string {
  const explicit = process.env['HEARTH_RACK_CACHE'];
  if (explicit !== undefined && explicit !== '') return explicit;
  const base = process.env['XDG_CACHE_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'hearth-rack');
}

/** What an asset is made from: texts (versions, package lists) and files or folders, hashed with their names. */
export interface Inputs {
  readonly texts: readonly string[];
  readonly paths: readonly string[];
}

export function hashInputs(inputs: Inputs): string {
  const hash = createHash('sha256');
  for (const text of inputs.texts) hash.update(`text ${text.length}\n${text}\n`);
  for (const path of inputs.paths) hashPath(hash, path, '');
  return hash.digest('hex').slice(0, 16);
}

function hashPath(hash: ReturnType<typeof createHash>, path: string, name: string): void {
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) hashPath(hash, join(path, entry), `${name}/${entry}`);
    return;
  }
  const content = readFileSync(path);
  hash
    .update(`file ${name} ${content.length} ${(statSync(path).mode & 0o111).toString(8)}\n`)
    .update(content);
}

/** Builds under way in this process: two tests that need the same asset wait for one build. */
const building = new Map<string, Promise<string>>();

/**
 * Answers `<cache>/<name>-<hash>`, building it when it is not there. The build works in a directory of its own that
 * is renamed into place when complete, so a killed build leaves no half asset and of two builders the first one wins.
 */
export function cached(
  name: string,
  inputs: Inputs,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const final = join(cacheDirectory(), `${name}-${hashInputs(inputs)}`);
  const under = building.get(final) ?? buildOnce(name, final, build).finally(() => building.delete(final));
  building.set(final, under);
  return under;
}

async function buildOnce(
  name: string,
  final: string,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = cacheDirectory();
  if (existsSync(final)) {
    await utimes(final, new Date(), new Date());
    await removeOutdated(cache, name);
    return final;
  }
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const working = join(cache, `tmp-${process.pid}-${name}`);
  try {
    await mkdir(working);
    await build(working);
    await rename(working, final).catch((error: unknown) => {
      if (!existsSync(final)) throw error;
    });
  } finally {
    await rm(working, { recursive: true, force: true });
  }
  await removeOutdated(cache, name);
  return final;
}

const KEPT = 2;
/** Another checkout's tests may be in the middle of importing an asset. */
const IN_USE_MS = 3_600_000;

/** Keeps the assets of a kind that were used last: this checkout's, and that of the branch before it. */
async function removeOutdated(cache: string, name: string): Promise<void> {
  const entries = (await readdir(cache)).filter((entry) => /^(.*)-[0-9a-f]{16}$/.exec(entry)?.[1] === name);
  const used = entries.map((entry) => ({
    path: join(cache, entry),
    at: statSync(join(cache, entry)).mtimeMs,
  }));
  used.sort((one, other) => other.at - one.at);
  for (const { path, at } of used.slice(KEPT)) {
    if (Date.now() - at > IN_USE_MS) await rm(path, { recursive: true, force: true });
  }
}

/** Working directories carry their builder's process id; those of dead builders are removed. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    const pid = /^tmp-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      await rm(join(cache, entry), { recursive: true, force: true });
    }
  }
}
