import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';

const manifest = z.object({ version: z.string() });

/** The version of this program, from the package it belongs to. */
export function hearthVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return manifest.parse(JSON.parse(text)).version;
}

export function registerVersion(program: Command, cli: Cli): void {
  program
    .command('version')
    .description('Print the version')
    .option('--json', 'print one JSON document and nothing else')
    .action((options: { readonly json?: boolean }) => {
      const version = hearthVersion();
      print(cli, options, { version, node: process.versions.node }, () => `hearth ${version}\n`);
    });
}
