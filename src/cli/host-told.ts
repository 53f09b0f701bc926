import { expectAnswer, hostAnswer } from './answer.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import type { CommonOptions } from './command.ts';
import { plain } from './style.ts';

/** Prints a host as it is after a change: its state and what happens next. */
export function tellHost(cli: Cli, options: CommonOptions, answer: unknown): void {
  const host = expectAnswer(hostAnswer, answer, 'the host');
  print(
    cli,
    options,
    answer,
    () => `${plain(host.name)} is ${host.state}. ${plain(host.waiting ?? '')}`.trim() + '\n',
  );
}
