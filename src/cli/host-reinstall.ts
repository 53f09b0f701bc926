import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { apiCommand } from './command.ts';
import { addArmOptions, arm } from './host-arm.ts';
import type { ArmOptions } from './host-arm.ts';

export function registerHostReinstall(host: Command, cli: Cli): void {
  const command = apiCommand(
    host,
    'reinstall <name>',
    'Arm a host that is installed already: its node is erased',
  );
  addArmOptions(command).action((name: string, options: ArmOptions) => arm(cli, name, 'reinstall', options));
}
