import type { Command } from 'commander';
import { z } from 'zod';
import { expectAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import type { CommonOptions } from './command.ts';

const resetAnswer = z.object({ password: z.string() });

export function registerAdminReset(admin: Command, cli: Cli): void {
  apiCommand(
    admin,
    'reset [name]',
    'Give a user a new password for one use; without a name the first administrator',
  ).action(async (name: string | undefined, options: CommonOptions) => {
    const user = name ?? 'admin';
    const client = await cli.connect(options);
    const answer = await client.send('POST', `/api/v1/users/${encodeURIComponent(user)}/password`, {});
    const { password } = expectAnswer(resetAnswer, answer, 'the new password');
    print(
      cli,
      options,
      answer,
      () =>
        `New password of ${user}, for one use: ${password}\nSigning in with it asks for one of your own.\n`,
    );
  });
}
