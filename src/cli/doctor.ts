import type { Command } from 'commander';
import { gatherSnapshot } from '../adapters/doctor/gather.ts';
import { diagnose } from '../domain/doctor/diagnose.ts';
import type { Finding } from '../domain/doctor/finding.ts';
import { askDaemon } from './doctor-daemon.ts';
import { print } from './cli.ts';
import type { Cli } from './cli.ts';
import { dataDirectory } from './connection.ts';
import { AlreadyTold } from './failure.ts';
import { plain } from './style.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly config?: string;
}

/** `hearth doctor`: works with the daemon down, which is when it is needed most. */
export function registerDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('Check interfaces, ports, rival DHCP servers, media, clock and disk, and say what to fix')
    .option('--json', 'print one JSON document and nothing else')
    .option('--data <dir>', 'data directory (HEARTH_DATA, else /var/lib/hearth)')
    .option('--config <file>', 'hearth.yaml (HEARTH_CONFIG)')
    .action(async (options: DoctorOptions) => {
      const data = dataDirectory(options, cli.environment);
      const config = options.config ?? cli.environment['HEARTH_CONFIG'];
      const seen = await askDaemon(await cli.connect({ data }));
      const findings = diagnose(await gatherSnapshot({ now: cli.now(), data, config, ...seen }));
      print(cli, options, findings, () => findings.map((one) => line(one, cli)).join(''));
      if (findings.some((one) => one.level === 'problem')) throw new AlreadyTold('a problem was found');
    });
}

function line({ level, subject, what, remedy }: Finding, { style }: Cli): string {
  const mark = {
    ok: style.good('ok      '),
    warning: style.busy('warning '),
    problem: style.bad('problem '),
  }[level];
  const todo = remedy === '' ? '' : `         what to do: ${plain(remedy)}\n`;
  return `${mark} ${plain(subject)}: ${plain(what)}\n${todo}`;
}
