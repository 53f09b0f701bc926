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
      const yaml = await readInput(options.file);
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
