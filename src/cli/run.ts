import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { AlreadyTold, failureJson, failureOf, failureText } from './failure.ts';
import { buildProgram } from './program.ts';

/** Runs one command line. @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function run(cli: Cli, args: readonly string[]): Promise<number> {
  const program = await buildProgram(cli, args);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (thrown) {
    if (thrown instanceof AlreadyTold) return 1;
    // Help and --version arrive as exceptions too; help that was not asked for (`hearth host`) is wrong usage.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return 2;
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const failure = failureOf(thrown, helpHint(program, args));
    cli.terminal.err(args.includes('--json') ? failureJson(failure) : failureText(failure, cli.style));
    return failure.exitCode;
  }
}

function helpHint(program: Command, args: readonly string[]): string {
  const words = ['hearth'];
  let command = program;
  for (const arg of args) {
    const next = command.commands.find((one) => one.name() === arg || one.aliases().includes(arg));
    if (next === undefined) break;
    words.push(next.name());
    command = next;
  }
  return `${words.join(' ')} --help`;
}
