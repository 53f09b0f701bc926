import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';
import { foreignDhcpSnippets } from '../domain/doctor/foreign-dhcp.ts';
import { expectAnswer, networkAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

interface SnippetOptions extends CommonOptions {
  readonly port: number;
}

export function registerNetworkSnippets(network: Command, cli: Cli): void {
  apiCommand(
    network,
    'snippets <name>',
    'Print configuration for the DHCP server of your site that sends machines here to boot',
  )
    .option('--port <port>', '`provisioning.port` of hearth.yaml', port, 8080)
    .action(async (name: string, options: SnippetOptions) => {
      const answer = await (await cli.connect(options)).get('/api/v1/networks');
      const networks = expectAnswer(z.array(networkAnswer), answer, 'networks');
      const found = networks.find((one) => one.name === name);
      if (found === undefined) {
        throw new Problem('network-not-found', `There is no network "${name}".`, {
          remedy:
            networks.length === 0
              ? 'Name one in hearth.yaml first.'
              : `Name one of: ${networks.map((one) => one.name).join(', ')}.`,
        });
      }
      const snippets = foreignDhcpSnippets(found.address, options.port);
      print(cli, options, snippets, () =>
        snippets.map(({ server, text }) => `${cli.style.bold(`# ${server}`)}\n${text}\n`).join('\n'),
      );
    });
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Give a port number.');
  return Number(text);
}
