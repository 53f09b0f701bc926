import type { Command } from 'commander';
import { z } from 'zod';
import { moment } from '../web/amount.ts';
import { clusterAnswer, expectAnswer, hostAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { addonText, birthText, certificateRows } from './cluster-words.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { hostTable } from './host-table.ts';
import { plain } from './style.ts';
import { details, table } from './table.ts';

const shownAnswer = clusterAnswer.extend({
  virtualRouterId: z.number().optional(),
  addons: z
    .array(
      z.object({
        title: z.string(),
        state: z.object({ kind: z.string(), reason: z.string().optional() }),
        pods: z.string().optional(),
      }),
    )
    .default([]),
  certificates: z.array(z.object({ name: z.string(), expiresAt: z.number() })).default([]),
});

export function registerClusterShow(cluster: Command, cli: Cli): void {
  apiCommand(cluster, 'show <name>', 'Show a cluster and its hosts').action(
    async (name: string, options: CommonOptions) => {
      const client = await cli.connect(options);
      const answer = await client.get(`/api/v1/clusters/${encodeURIComponent(name)}`);
      if (options.json === true) {
        print(cli, options, answer, () => '');
        return;
      }
      const shown = expectAnswer(shownAnswer, answer, `cluster ${name}`);
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
            ['VRRP id', shown.virtualRouterId === undefined ? undefined : String(shown.virtualRouterId)],
            ['Created', moment(shown.createdAt)],
            ...certificateRows(shown.certificates, cli.now()),
          ],
          cli.style,
        ),
      );
      cli.terminal.out('\n');
      cli.terminal.out(
        hosts.length === 0 ? `No hosts yet: hearth cluster up ${shown.name}\n` : hostTable(hosts, cli.style),
      );
      if (shown.addons.length === 0) return;
      cli.terminal.out('\n');
      cli.terminal.out(
        table(
          shown.addons,
          [
            { title: 'ADDON', value: (one) => plain(one.title) },
            { title: 'STATE', value: (one) => plain(addonText(one.state)) },
            { title: 'PODS', value: (one) => one.pods },
          ],
          cli.style,
        ),
      );
    },
  );
}
