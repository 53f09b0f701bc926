import type { Command } from 'commander';
import { z } from 'zod';
import { moment } from '../web/amount.ts';
import { clusterAnswer, expectAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { birthText } from './cluster-words.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { table } from './table.ts';

export function registerClusterList(cluster: Command, cli: Cli): void {
  apiCommand(cluster, 'list', 'List the clusters').action(async (options: CommonOptions) => {
    const answer = await (await cli.connect(options)).get('/api/v1/clusters');
    const clusters = expectAnswer(z.array(clusterAnswer), answer, 'clusters');
    print(cli, options, answer, () =>
      clusters.length === 0
        ? 'No clusters yet. Make one: hearth cluster create -f byo.yaml\n'
        : table(
            clusters,
            [
              { title: 'NAME', value: (one) => one.name },
              {
                title: 'ENDPOINT',
                value: (one) => `${one.config.endpoint.host}:${one.config.endpoint.port}`,
              },
              { title: 'KUBERNETES', value: (one) => one.config.kubernetesVersion },
              { title: 'STATE', value: (one) => birthText(one.birth.kind) },
              { title: 'CREATED', value: (one) => moment(one.createdAt) },
            ],
            cli.style,
          ),
    );
  });
}
