import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { Problem } from '../domain/error/problem.ts';
import type { Cli } from './cli.ts';
import { AlreadyTold } from './failure.ts';

interface FleetOptions {
  readonly hosts: number;
  readonly within: number;
  readonly timeScale: number;
  readonly up?: boolean;
}

/** The simulator is a part of the tests and not of what is installed. */
const SIMULATOR = fileURLToPath(new URL('../../test/fleet/main.ts', import.meta.url));

export function registerBenchFleet(bench: Command, cli: Cli): void {
  bench
    .command('fleet')
    .description('Boot a simulated fleet against an appliance of its own (root, from a checkout only)')
    .option('--hosts <number>', 'how many hosts, at most 4000', numberUpTo(4000), 1000)
    .option('--within <seconds>', 'in how many seconds all of them are powered on', numberUpTo(3600), 60)
    .option('--time-scale <factor>', 'seconds for each second that hardware takes', numberUpTo(1), 0.1)
    .option('--up', 'arm them with `hearth cluster up`')
    .action(async (options: FleetOptions) => {
      if (!existsSync(SIMULATOR)) {
        throw new Problem(
          'input-invalid',
          'The fleet simulator is not installed: it is part of a checkout.',
          {
            remedy: 'Run ./bin/hearth bench fleet in a checkout, after npm ci && npm run build.',
          },
        );
      }
      const args = [
        ...['--hosts', String(options.hosts), '--within', String(options.within)],
        ...['--time-scale', String(options.timeScale), ...(options.up === true ? ['--up'] : [])],
      ];
      const code = await runToItsEnd(args, cli.interruption());
      if (code !== 0) throw new AlreadyTold('the fleet did not come up');
    });
}

/** With our own streams; the simulator speaks to the person itself. */
function runToItsEnd(args: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SIMULATOR, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    // It takes its namespaces away before it ends.
    signal.addEventListener('abort', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isFinite(number) && number > 0 && number <= most) return number;
    throw new InvalidArgumentError(`Write a number above 0, at most ${most}.`);
  };
}
