import { Command } from 'commander';
import { registerAdminReset } from './admin-reset.ts';
import { registerBenchFleet } from './bench-fleet.ts';
import type { Cli } from './cli.ts';
import { registerClusterCreate } from './cluster-create.ts';
import { registerClusterDelete } from './cluster-delete.ts';
import { registerClusterDump } from './cluster-dump.ts';
import { registerClusterInfo } from './cluster-info.ts';
import { registerClusterKubeconfig } from './cluster-kubeconfig.ts';
import { registerClusterList } from './cluster-list.ts';
import { registerClusterShow } from './cluster-show.ts';
import { registerClusterUp } from './cluster-up.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvents } from './events.ts';
import { registerHostAccept } from './host-accept.ts';
import { registerHostAdd } from './host-add.ts';
import { registerHostArm } from './host-arm.ts';
import { registerHostAssign } from './host-assign.ts';
import { registerHostCancel } from './host-cancel.ts';
import { registerHostList } from './host-list.ts';
import { registerHostReinstall } from './host-reinstall.ts';
import { registerHostRelease } from './host-release.ts';
import { registerHostRemove } from './host-remove.ts';
import { registerHostShow } from './host-show.ts';
import { registerImageImport } from './image-import.ts';
import { registerImageList } from './image-list.ts';
import { registerImageRemove } from './image-remove.ts';
import { registerImageShow } from './image-show.ts';
import { registerLeaseList } from './lease-list.ts';
import { registerMediaImport } from './media-import.ts';
import { registerMediaList } from './media-list.ts';
import { registerMediaRemove } from './media-remove.ts';
import { registerMediaShow } from './media-show.ts';
import { registerNetworkExplain } from './network-explain.ts';
import { registerNetworkList } from './network-list.ts';
import { registerNetworkSnippets } from './network-snippets.ts';
import { registerTokenCreate } from './token-create.ts';
import { hearthVersion, registerVersion } from './version.ts';

type Register = (parent: Command, cli: Cli) => void;

/** Every command of `hearth`, as a person sees them in its help. */
export async function buildProgram(cli: Cli, args: readonly string[]): Promise<Command> {
  const program = new Command('hearth')
    .description(
      'Bare-metal provisioning appliance: machines boot from it, are installed, and become cluster nodes.',
    )
    .version(hearthVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.terminal.out(text),
      writeErr: (text) => cli.terminal.err(text),
      // What went wrong is said once, by run.ts, in the words every other failure has.
      outputError: () => undefined,
    });
  await registerServe(program, cli, args);
  group(program, cli, 'network', 'Served networks', [
    registerNetworkList,
    registerNetworkExplain,
    registerNetworkSnippets,
  ]);
  group(program, cli, 'host', 'Hosts: physical machines in the inventory', [
    registerHostList,
    registerHostShow,
    registerHostAdd,
    registerHostAccept,
    registerHostAssign,
    registerHostArm,
    registerHostCancel,
    registerHostReinstall,
    registerHostRelease,
    registerHostRemove,
  ]);
  group(program, cli, 'media', 'Installer media', [
    registerMediaImport,
    registerMediaList,
    registerMediaShow,
    registerMediaRemove,
  ]);
  group(program, cli, 'image', 'Operating system images', [
    registerImageImport,
    registerImageList,
    registerImageShow,
    registerImageRemove,
  ]);
  const cluster = group(program, cli, 'cluster', 'Clusters', [
    registerClusterCreate,
    registerClusterList,
    registerClusterShow,
    registerClusterUp,
    registerClusterKubeconfig,
    registerClusterInfo,
    registerClusterDump,
    registerClusterDelete,
  ]);
  await registerByo(cluster, cli, args);
  group(program, cli, 'lease', 'DHCP leases', [registerLeaseList]);
  registerEvents(program, cli);
  registerDoctor(program, cli);
  group(program, cli, 'token', 'Tokens of programs', [registerTokenCreate]);
  group(program, cli, 'admin', 'Users', [registerAdminReset]);
  group(program, cli, 'bench', 'Measurements', [registerBenchFleet]);
  registerVersion(program, cli);
  return program;
}

function group(
  program: Command,
  cli: Cli,
  name: string,
  description: string,
  commands: readonly Register[],
): Command {
  const noun = program.command(name).description(description);
  for (const register of commands) register(noun, cli);
  return noun;
}

/**
 * The daemon is loaded only by the command that runs it: `hearth host list` must neither wait for it nor fail with it.
 * Everyone else sees its name and its description.
 */
async function registerServe(program: Command, cli: Cli, args: readonly string[]): Promise<void> {
  if (args[0] === 'serve') (await import('./serve.ts')).registerServe(program, cli);
  else program.command('serve').description('Run the appliance in the foreground');
}

/** `cluster start` and `cluster join` bring a certificate authority of their own along. */
async function registerByo(cluster: Command, cli: Cli, args: readonly string[]): Promise<void> {
  if (args[0] === 'cluster') {
    (await import('./cluster-start.ts')).registerClusterStart(cluster, cli.terminal);
    (await import('./cluster-join.ts')).registerClusterJoin(cluster, cli.terminal);
  }
}
