import type { Command } from 'commander';
import { z } from 'zod';
import { moment } from '../web/amount.ts';
import { clusterAnswer, expectAnswer, hostAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { birthText } from './cluster-words.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { paintState, whatNow } from './state-paint.ts';
import { details, table } from './table.ts';

export function registerClusterShow(cluster: Command, cli: Cli): void {
  apiCommand(cluster, 'show <name>', 'Show a cluster and its hosts').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      const answer = await client.get(`/api/v1/clusters/${encodeURIComponent(name)}`);
      if (options.json === true) {
        print(cli, options, answer, () => '');
        return;
      }
      const shown = expectAnswer(clusterAnswer, answer, `cluster ${name}`);
      const hosts = expectAnswer(z.array(hostAnswer), await client.get('/api/v1/hosts'), 'hosts').filter(
        (host) => host.assignment?.cluster === shown.name,
      );
      const { endpoint, kubernetesVersion } = shown.config;
      cli.terminal.out(
        details(
          [
            ['Cluster', cli.style.bold(shown.name)],
            ['State', birthText(shown.birth.kind)],
            ['Endpoint', `${endpoint.host}:${endpoint.port}`],
            ['Kubernetes', kubernetesVersion],
            ['Created', moment(shown.createdAt)],
          ],
          cli.style,
        ),
      );
      cli.terminal.out('\n');
      cli.terminal.out(
        hosts.length === 0
          ? `No hosts yet: hearth host assign HOST --cluster ${shown.name} --role control-plane\n`
          : table(
              hosts,
              [
                { title: 'HOST', value: (one) => one.name },
                { title: 'ROLE', value: (one) => one.assignment?.role },
                {
                  title: 'STATE',
                  value: (one) => one.state,
                  paint: (text, one) => paintState(one.state, cli.style)(text),
                },
                { title: 'WHAT NOW', value: whatNow },
              ],
              cli.style,
            ),
      );
    },
  );
}
