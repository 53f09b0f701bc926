import { Argument, InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { parseMac } from '../protocol/address/mac.ts';
import { expectAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';

const explainAnswer = z.object({ lines: z.array(z.string()) });

export function registerNetworkExplain(network: Command, cli: Cli): void {
  apiCommand(network, 'explain', 'Say why a machine gets, or does not get, an address and a boot file')
    .addArgument(new Argument('<mac>', 'MAC address of the machine').argParser(macArgument))
    .action(async (mac: string, options: CommonOptions) => {
      const answer = await (
        await cli.connect(options)
      ).get(`/api/v1/networks/explain/${encodeURIComponent(mac)}`);
      const { lines } = expectAnswer(explainAnswer, answer, `machine ${mac}`);
      print(cli, options, answer, () => lines.map((line) => `${plain(line)}\n`).join(''));
    });
}

function macArgument(text: string): string {
  const mac = parseMac(text);
  if (mac === undefined) throw new InvalidArgumentError('Write a MAC address as 52:54:00:12:34:56.');
  return mac;
}
