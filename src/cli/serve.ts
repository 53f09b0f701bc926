import type { Command } from 'commander';
import { createLogger } from '../adapters/log/logger.ts';
import { startAppliance } from '../appliance.ts';
import type { RunningAppliance } from '../appliance.ts';
import { formatSubnet } from '../protocol/address/subnet.ts';
import type { Cli } from './cli.ts';
import { hearthVersion } from './version.ts';

interface ServeOptions {
  readonly config?: string;
  readonly data?: string;
  readonly logLevel: string;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

/** `hearth serve`: the daemon, in the foreground; logs go to stderr, what a person must read once to stdout. */
export function registerServe(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('Run the appliance in the foreground')
    .option('--config <file>', 'hearth.yaml (HEARTH_CONFIG); without one nothing is served to machines')
    .option('--data <dir>', 'data directory (HEARTH_DATA, else what the file says, else /var/lib/hearth)')
    .option('--log-level <level>', LOG_LEVELS.join(', '), 'info')
    .action(async (options: ServeOptions) => {
      const level = LOG_LEVELS.includes(options.logLevel) ? options.logLevel : 'info';
      const logger = createLogger({ level });
      // Whatever the daemon writes is its own: keys, leases, tokens.
      process.umask(0o077);
      // A fault of ours in some callback is told and survived: a rack in the middle of its installs must not lose its DHCP.
      process.on('uncaughtException', (error) =>
        logger.error({ err: error }, 'a fault was survived; please report it'),
      );
      process.on('unhandledRejection', (error) =>
        logger.error({ err: error }, 'a fault was survived; please report it'),
      );
      const appliance = await startAppliance({
        configFile: options.config ?? cli.environment['HEARTH_CONFIG'],
        data: options.data ?? cli.environment['HEARTH_DATA'],
        logger,
        version: hearthVersion(),
      });
      cli.terminal.out(welcome(appliance));
      void appliance.untilReady.then(() => {
        logger.info(
          { event: 'ready', url: appliance.url, networks: appliance.config.networks.map(({ name }) => name) },
          'ready',
        );
      });
      const signal = await nextSignal();
      logger.info({ signal }, 'stopping');
      await appliance.stop();
    });
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** What a newcomer wants to know first. */
function welcome({ url, fingerprint, firstAdministrator, config, data }: RunningAppliance): string {
  const lines = [
    '',
    'Hearth is running.',
    '',
    `  UI       ${url}`,
    `           certificate SHA-256 ${fingerprint}`,
  ];
  if (firstAdministrator !== undefined) {
    const { name, password } = firstAdministrator;
    lines.push(
      `  Sign in  ${name} with the password ${password}`,
      '           (shown this once; you choose your own when you sign in)',
    );
  }
  lines.push(`  Data     ${data}`, '');
  if (config.networks.length === 0) {
    lines.push(
      '  No network is served: nothing answers DHCP or TFTP. To serve one, write a file such as',
      '',
      '      networks:',
      '        - name: rack1',
      '          interface: eth1',
      '          subnet: 10.20.0.0/24',
      '          dhcp: authoritative',
      '          ranges: ["10.20.0.100-10.20.0.199"]',
      '',
      '  and start with --config FILE. docs/configuration.md has every key.',
    );
  }
  for (const network of config.networks) {
    const where = network.interface === undefined ? 'through relays' : `on ${network.interface}`;
    lines.push(`  Network  ${network.name}: ${formatSubnet(network.subnet)} ${where}, DHCP ${network.dhcp}`);
  }
  return `${lines.join('\n')}\n\n`;
}
