import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { parseDuration } from '../config/hearth/duration.ts';
import { Problem } from '../domain/error/problem.ts';
import { moment } from '../web/amount.ts';
import { expectAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

interface KubeconfigOptions extends CommonOptions {
  readonly ttl: number;
  readonly output?: string;
}

const kubeconfigAnswer = z.object({ kubeconfig: z.string(), expiresAt: z.number() });
const EIGHT_HOURS = 8 * 3600;

export function registerClusterKubeconfig(cluster: Command, cli: Cli): void {
  apiCommand(
    cluster,
    'kubeconfig <name>',
    "Make an administrator's kubeconfig that ends by itself; it is told in the event log",
  )
    .option('--ttl <time>', 'how long it is good, such as 30m, 8h or 7d; 8h without it', life, EIGHT_HOURS)
    .option('-o, --output <file>', 'write it there, readable by you alone; without it to stdout')
    .action(async (name: string, options: KubeconfigOptions) => {
      const client = await cli.connect(options);
      const path = `/api/v1/clusters/${encodeURIComponent(name)}/kubeconfig?ttlSeconds=${options.ttl}`;
      const answer = await client.get(path);
      const { kubeconfig, expiresAt } = expectAnswer(kubeconfigAnswer, answer, `the kubeconfig of ${name}`);
      if (options.output === undefined) {
        print(cli, options, answer, () => kubeconfig);
        return;
      }
      await write(options.output, kubeconfig);
      print(
        cli,
        options,
        { file: options.output, expiresAt },
        () =>
          `${options.output ?? ''} is good until ${moment(expiresAt)}: export KUBECONFIG=${options.output ?? ''}\n`,
      );
    });
}

/** Never over another file: it may be somebody's only way into another cluster. */
async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(file), text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    throw new Problem('input-invalid', `${file} cannot be written: ${why}.`, {
      cause,
      remedy: 'Name a file that does not exist yet, in a folder that does.',
    });
  }
}

function life(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds < 60 || seconds > 365 * 86_400)
    throw new InvalidArgumentError('Write a time as 30m, 8h or 7d, from a minute to a year.');
  return seconds;
}
