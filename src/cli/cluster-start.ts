import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { EjsTemplates } from '../adapters/template/ejs-templates.ts';
import { ForgePki } from '../adapters/pki/forge-pki.ts';
import { loadCluster } from '../config/ocne/load.ts';
import { renderKubeconfig } from '../domain/cluster/kubeconfig.ts';
import { renderNodeIgnition } from '../domain/cluster/node-ignition.ts';
import { makeCertificateKey } from '../domain/cluster/secrets.ts';
import { Problem } from '../domain/error/problem.ts';
import { serialiseConfig } from '../protocol/ignition/serialise.ts';
import { kubeconfigPath, thisWorkstation, writeKubeconfig } from './ocne-workstation.ts';
import type { ClusterConfig } from '../domain/cluster/config.ts';
import type { OcneSettings } from '../config/ocne/schema.ts';
import type { Terminal } from './terminal.ts';
import type { Workstation } from './ocne-workstation.ts';

interface StartFlags {
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly controlPlaneNodes?: number;
  readonly workerNodes?: number;
  readonly clusterName?: string;
  readonly provider?: string;
  readonly version?: string;
  readonly virtualIp?: string;
  readonly loadBalancer?: string;
  readonly strictOcne?: boolean;
}

/**
 * `hearth cluster start`: prints the Ignition config of a new cluster's first node and leaves a kubeconfig, as
 * `ocne cluster start` does with the byo provider. Needs no daemon and no cluster.
 */
export function registerClusterStart(
  cluster: Command,
  terminal: Terminal,
  workstation: Workstation = thisWorkstation,
): void {
  // `--version` is ocne's name for the version of Kubernetes; unless options belong to the command they follow, the
  // program would take it for the question after its own.
  programOf(cluster).enablePositionalOptions();
  cluster
    .command('start')
    .description(
      'Print the Ignition config that starts a cluster on a host of your own, and write its kubeconfig',
    )
    .option('-c, --config <file>', 'cluster file')
    .option('-C, --cluster-name <name>', 'name of the cluster')
    .option('-P, --provider <name>', 'provider; only byo is for hosts of your own')
    .option('-v, --version <version>', 'Kubernetes version')
    .option('-n, --control-plane-nodes <count>', 'number of control plane nodes', nodeCount)
    .option('-w, --worker-nodes <count>', 'number of worker nodes', nodeCount)
    .option('--virtual-ip <address>', 'address that the control planes share for the API server')
    .option('--load-balancer <host>', 'host name or address of an external load balancer for the API server')
    .option('-k, --kubeconfig <file>', 'accepted for compatibility; nothing here needs a cluster')
    .option('-s, --session <uri>', 'accepted for compatibility; for libvirt')
    .option('-i, --key <file>', 'accepted for compatibility; for libvirt')
    .option('-o, --boot-volume-container-image <image>', 'accepted for compatibility; for libvirt')
    .option('-u, --auto-start-ui <answer>', 'accepted for compatibility; nothing is started here')
    .option('--strict-ocne', 'print exactly what ocne 2.3 prints, its mistakes included')
    .action(async (flags: StartFlags) => {
      await startCluster(flags, terminal, workstation);
    });
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent);
}

async function startCluster(flags: StartFlags, terminal: Terminal, workstation: Workstation): Promise<void> {
  if (flags.virtualIp !== undefined && flags.loadBalancer !== undefined)
    throw new Problem('input-invalid', 'Can not specify both virtual IP and load balancer');
  const strict = flags.strictOcne ?? false;
  // Everything that can be refused is refused before anything is written.
  const { cluster, extra, warnings } = loadCluster({
    ...(flags.config === undefined ? {} : { clusterFile: flags.config }),
    flags: settingsOf(flags),
    networkInterface: 'required',
    strict,
    ...workstation,
  });
  for (const warning of warnings) terminal.err(`hearth: ${warning}\n`);
  const path = kubeconfigPath(workstation, cluster.name);
  if (existsSync(path)) throw alreadyStarted(cluster, path);

  const { host, port } = cluster.endpoint;
  const pki = new ForgePki({ now: () => Date.now() });
  const ca = await pki.createCa(host, cluster.certificateInformation);
  const admin = await pki.createAdminCertificate(ca, {
    endpointHost: host,
    serviceSubnet: cluster.serviceSubnet,
  });
  const { config } = renderNodeIgnition(
    {
      cluster,
      role: {
        kind: 'init',
        secrets: { kind: 'ca-only', ca, certificateKey: makeCertificateKey(randomBytes) },
      },
      host: {},
      extra,
      strict,
    },
    new EjsTemplates('ignition-templates'),
  );
  const kubeconfig = renderKubeconfig({
    host,
    // ocne writes 6443 whatever the port is.
    port: strict ? 6443 : port,
    caCertificate: ca.certificate,
    admin,
  });
  writeKubeconfig(path, kubeconfig, strict ? 0o644 : 0o600);
  terminal.out(serialiseConfig(config));
  terminal.err(
    `Serve the printed Ignition config to the first control plane node of ${cluster.name} and to no other host: it holds the key of the cluster's CA.\n` +
      `To access the cluster:\n    use ${path}\n`,
  );
}

function alreadyStarted(cluster: ClusterConfig, path: string): Problem {
  return new Problem(
    'cluster-exists',
    `The cluster ${cluster.name} has been started already: ${path} exists. Installing CoreDNS, kube-proxy and the network from here needs the daemon.`,
    {
      remedy: `Run \`ocne cluster start\` a second time once the first node is up, let \`hearth cluster create\` and the daemon do all of it, or remove ${path} to begin anew.`,
    },
  );
}

function settingsOf(flags: StartFlags): OcneSettings {
  const provider = flags.provider;
  const providers = ['byo', 'libvirt', 'none', 'oci', 'olvm'] as const;
  const known = providers.find((name) => name === provider);
  if (provider !== undefined && known === undefined)
    throw new Problem('input-invalid', `--provider ${provider} is not one of: ${providers.join(', ')}.`);
  return {
    name: flags.clusterName,
    provider: known,
    kubernetesVersion: flags.version,
    controlPlaneNodes: flags.controlPlaneNodes,
    workerNodes: flags.workerNodes,
    virtualIp: flags.virtualIp,
    loadBalancer: flags.loadBalancer,
  };
}

/** A count of nodes on the command line, 0 to 65535. */
export function nodeCount(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return Number(text);
}
