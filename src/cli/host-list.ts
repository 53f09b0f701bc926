import type { Command } from 'commander';
import { z } from 'zod';
import { duration } from '../web/amount.ts';
import { expectAnswer, hostAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { paintState, whatNow } from './state-paint.ts';
import { table } from './table.ts';

export function registerHostList(host: Command, cli: Cli): void {
  apiCommand(host, 'list', 'List the hosts, and what each waits for').action(
    async (options: CommonOptions) => {
      const answer = await (await cli.connect(options)).get('/api/v1/hosts');
      const hosts = expectAnswer(z.array(hostAnswer), answer, 'hosts');
      print(cli, options, answer, () =>
        hosts.length === 0
          ? 'No hosts yet. Power a machine on, or add one: hearth host add NAME --mac MAC\n'
          : table(
              hosts,
              [
                { title: 'NAME', value: (one) => one.name },
                {
                  title: 'STATE',
                  value: (one) => one.state,
                  paint: (text, one) => paintState(one.state, cli.style)(text),
                },
                { title: 'SINCE', value: (one) => duration(cli.now() - one.since) },
                { title: 'MAC', value: (one) => one.macs[0] },
                { title: 'ADDRESS', value: (one) => one.address ?? one.sighting?.address },
                { title: 'CLUSTER', value: (one) => one.assignment?.cluster },
                { title: 'ROLE', value: (one) => one.assignment?.role },
                { title: 'WHAT NOW', value: whatNow },
              ],
              cli.style,
            ),
      );
    },
  );
}
