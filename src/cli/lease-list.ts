import type { Command } from 'commander';
import { z } from 'zod';
import { duration } from '../web/amount.ts';
import { expectAnswer, leaseAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';
import { table } from './table.ts';

export function registerLeaseList(lease: Command, cli: Cli): void {
  apiCommand(lease, 'list', 'List the DHCP leases').action(async (options: CommonOptions) => {
    const answer = await (await cli.connect(options)).get('/api/v1/leases');
    const leases = expectAnswer(z.array(leaseAnswer), answer, 'leases');
    const left = (expiresAt: number | undefined): string | undefined => {
      if (expiresAt === undefined) return undefined;
      return expiresAt > cli.now() ? `in ${duration(expiresAt - cli.now())}` : 'expired';
    };
    print(cli, options, answer, () =>
      leases.length === 0
        ? 'No leases.\n'
        : table(
            leases,
            [
              { title: 'ADDRESS', value: (one) => one.address },
              { title: 'MAC', value: (one) => one.mac },
              { title: 'HOST', value: (one) => one.hostname },
              { title: 'NETWORK', value: (one) => one.network },
              { title: 'STATE', value: (one) => one.state },
              { title: 'ENDS', value: (one) => left(one.expiresAt) },
            ],
            cli.style,
          ),
    );
  });
}
