import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { clusterAnswer, expectAnswer } from './answer.ts';
import { print, readInput } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';

interface CreateOptions extends CommonOptions {
  readonly file: string;
}

const createdAnswer = clusterAnswer.extend({ warnings: z.array(z.string()).default([]) });

export function registerClusterCreate(cluster: Command, cli: Cli): void {
  apiCommand(cluster, 'create', 'Make a cluster from an ocne byo cluster file; hosts are assigned to it next')
    .requiredOption('-f, --file <file>', 'the cluster file')
    .action(async (options: CreateOptions) => {
      const yaml = await fileToSend(cli, options.file);
      const answer = await (await cli.connect(options)).send('POST', '/api/v1/clusters', { yaml });
      const created = expectAnswer(createdAnswer, answer, 'the cluster');
      for (const warning of created.warnings) cli.terminal.err(`hearth: ${plain(warning)}\n`);
      const { name } = created;
      print(
        cli,
        options,
        answer,
        () => `Cluster ${name} is created.\nNext: hearth cluster up ${name}, then power the hosts on\n`,
      );
    });
}

/** What the file refers to is on this machine, and the appliance may be another one. */
async function fileToSend(cli: Cli, file: string): Promise<string> {
  const text = await readInput(file);
  // The schemas of the file are loaded only by who needs them.
  const { inlineCluster } = await import('../config/ocne/inline.ts');
  const { localFiles } = await import('../config/ocne/files.ts');
  const home = cli.environment['HOME'] ?? homedir();
  const inlined = inlineCluster({ file: resolve(file), text, home, files: localFiles });
  for (const warning of inlined.warnings) cli.terminal.err(`hearth: ${plain(warning)}\n`);
  return inlined.text;
}
