import type { Command } from 'commander';
import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';
import { duration } from '../web/amount.ts';
import { expectAnswer } from './answer.ts';
import { certificateRows } from './cluster-words.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';
import { details, table } from './table.ts';

const text = z.string();
const certificates = z.array(z.object({ name: text, expiresAt: z.number() }));

const infoAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('silent'), reason: text }),
  z.object({
    kind: z.literal('answers'),
    version: text,
    certificates,
    nodes: z.array(
      z.object({
        name: text,
        roles: z.array(text),
        health: z.object({ kind: text, reason: text.optional() }),
        version: text,
        osImage: text,
        address: text.optional(),
        createdAt: z.number().optional(),
        unschedulable: z.boolean(),
        updateAvailable: z.boolean(),
      }),
    ),
  }),
]);
type Live = Extract<z.output<typeof infoAnswer>, { kind: 'answers' }>;

export function registerClusterInfo(cluster: Command, cli: Cli): void {
  apiCommand(
    cluster,
    'info <name>',
    'Ask a cluster how it is: nodes, versions, when its certificate ends',
  ).action(async (name: string, options: CommonOptions) => {
    const client = await cli.connect(options);
    const answer = await client.get(`/api/v1/clusters/${encodeURIComponent(name)}/info`);
    const info = expectAnswer(infoAnswer, answer, `cluster ${name}`);
    if (info.kind === 'silent' && options.json !== true)
      throw new Problem('cluster-unreachable', `The API of ${name} does not answer: ${info.reason}.`, {
        remedy: `\`hearth cluster show ${name}\` says how far its hosts are.`,
      });
    print(cli, options, answer, () => (info.kind === 'answers' ? shown(cli, info) : ''));
  });
}

function shown(cli: Cli, { version, nodes, certificates: ends }: Live): string {
  const ready = nodes.filter(({ health }) => health.kind === 'ready').length;
  const head = details(
    [
      ['API server', plain(version)],
      ['Nodes', `${ready} of ${nodes.length} Ready`],
      ...certificateRows(ends, cli.now()),
    ],
    cli.style,
  );
  const list = table(
    nodes,
    [
      { title: 'NODE', value: (one) => plain(one.name) },
      { title: 'ROLES', value: (one) => plain(one.roles.join(',')) },
      {
        title: 'STATE',
        value: (one) => (one.health.kind === 'ready' ? 'Ready' : plain(one.health.reason ?? 'not Ready')),
      },
      { title: 'KUBELET', value: (one) => plain(one.version) },
      { title: 'ADDRESS', value: (one) => one.address },
      {
        title: 'AGE',
        value: (one) => (one.createdAt === undefined ? undefined : duration(cli.now() - one.createdAt)),
      },
      { title: 'NOTE', value: note },
    ],
    cli.style,
  );
  return `${head}\n${list}`;
}

function note(node: Live['nodes'][number]): string {
  const notes = [
    ...(node.unschedulable ? ['takes no new pods'] : []),
    ...(node.updateAvailable ? ['update available'] : []),
  ];
  return notes.join(', ');
}
