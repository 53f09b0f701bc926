import type { Command } from 'commander';
import { z } from 'zod';
import { expectAnswer, networkAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { table } from './table.ts';

const NONE = `No network is served: DHCP and TFTP are off.
Name one in hearth.yaml (see docs/configuration.md), then restart:

    networks:
      - name: rack1
        interface: eth1
        subnet: 10.20.0.0/24
`;

export function registerNetworkList(network: Command, cli: Cli): void {
  apiCommand(network, 'list', 'List the served networks').action(async (options: CommonOptions) => {
    const answer = await (await cli.connect(options)).get('/api/v1/networks');
    const networks = expectAnswer(z.array(networkAnswer), answer, 'networks');
    print(cli, options, answer, () =>
      networks.length === 0
        ? NONE
        : table(
            networks,
            [
              { title: 'NAME', value: (one) => one.name },
              { title: 'INTERFACE', value: (one) => one.interface },
              { title: 'SUBNET', value: (one) => one.subnet },
              { title: 'ADDRESS', value: (one) => one.address },
              { title: 'DHCP', value: (one) => one.dhcp },
              {
                title: 'RANGES',
                value: (one) => one.ranges.join(', '),
              },
            ],
            cli.style,
          ),
    );
  });
}
