import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Router } from 'express';
import express from 'express';

/** Which of the tools are not installed; says so, because a suite that silently tests nothing is a lie. */
export function missingTools(suite: string, tools: readonly string[]): string[] {
  const places = (process.env['PATH'] ?? '').split(delimiter);
  const missing = tools.filter((tool) => !places.some((place) => existsSync(join(place, tool))));
  if (missing.length > 0) console.warn(`${suite} is left out: ${missing.join(', ')} not installed.`);
  return missing;
}

/** A directory that is gone after the suite. */
export function workplace(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hearth-media-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function run(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
}

/** Runs a tool while this process keeps serving. */
export function runAside(
  tool: string,
  ...args: string[]
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => out.push(piece));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
  });
}

/** Everything in a library directory, hidden names included. */
export function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A router behind a loopback port. */
export async function serve(router: Router): Promise<{ url: string; close: () => Promise<void> }> {
  const app = express().use(router);
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
