import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { KubeconfigClusters } from '../adapters/kubernetes/kubeconfig-clusters.ts';
import { EjsTemplates } from '../adapters/template/ejs-templates.ts';
import { ForgePki } from '../adapters/pki/forge-pki.ts';
import { loadCluster } from '../config/ocne/load.ts';
import { joinInstructions, uploadInstructions } from '../domain/cluster/join-instructions.ts';
import { migrationScript } from '../domain/cluster/node-migration.ts';
import { renderNodeIgnition } from '../domain/cluster/node-ignition.ts';
import { makeBootstrapToken, makeCertificateKey } from '../domain/cluster/secrets.ts';
import { Problem } from '../domain/error/problem.ts';
import { serialiseConfig } from '../protocol/ignition/serialise.ts';
import { nodeCount } from './cluster-start.ts';
import { findKubeconfig, readCa, thisWorkstation } from './ocne-workstation.ts';
import type { LiveCluster, LiveClusters } from '../domain/cluster/live-cluster.ts';
import type { NodeRole } from '../domain/cluster/node-ignition.ts';
import type { Terminal } from './terminal.ts';
import type { Workstation } from './ocne-workstation.ts';

interface JoinFlags {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly destination?: string;
  readonly provider?: string;
  readonly node?: string;
  readonly controlPlaneNodes?: number;
  readonly workerNodes?: number;
  readonly roleControlPlane?: boolean;
  readonly strictOcne?: boolean;
}

const systemClock = { now: () => Date.now() };

/** kubeadm's default life of a token. */
const TOKEN_SECONDS = 24 * 60 * 60;

/**
 * `hearth cluster join`: prints the Ignition config of a node that joins, as `ocne cluster join` does with the byo
 * provider. The CA's pins come from the kubeconfig; the cluster itself is asked for `automaticTokenCreation` only.
 */
export function registerClusterJoin(
  cluster: Command,
  terminal: Terminal,
  workstation: Workstation = thisWorkstation,
  live: LiveClusters = new KubeconfigClusters(systemClock),
): void {
  cluster
    .command('join')
    .description('Print the Ignition config with which a host of your own joins a cluster')
    .option('-c, --config <file>', 'cluster file')
    .option('-k, --kubeconfig <file>', 'kubeconfig of the cluster to join')
    .option('-r, --role-control-plane', 'join as a control plane node')
    .option('-n, --control-plane-nodes <count>', 'any number but 0 means one control plane node', nodeCount)
    .option('-w, --worker-nodes <count>', 'any number but 0 means one worker node', nodeCount)
    .option('-P, --provider <name>', 'provider; only byo is for hosts of your own')
    .option('-N, --node <name>', 'node to move from its cluster to the one of --destination')
    .option('-d, --destination <file>', 'kubeconfig of the cluster that --node moves to')
    .option('--strict-ocne', 'print exactly what ocne 2.3 prints, its mistakes included')
    .action(async (flags: JoinFlags) => {
      if (flags.node === undefined && flags.destination === undefined)
        await joinCluster(flags, terminal, workstation, live);
      else await migrateNode(flags, terminal, workstation, live);
    });
}

async function joinCluster(
  flags: JoinFlags,
  terminal: Terminal,
  workstation: Workstation,
  live: LiveClusters,
): Promise<void> {
  const role = roleOf(flags);
  const strict = flags.strictOcne ?? false;
  const { cluster, extra, warnings } = loadCluster({
    ...(flags.config === undefined ? {} : { clusterFile: flags.config }),
    flags: flags.provider === 'byo' ? { provider: 'byo' } : {},
    networkInterface: 'required',
    strict,
    ...workstation,
  });
  const automatic = cluster.byo.automaticTokenCreation;
  for (const warning of warnings) terminal.err(`hearth: ${warning}\n`);

  const kubeconfig = findKubeconfig(workstation, flags.kubeconfig, cluster.name);
  const caCertHashes = new ForgePki(systemClock).pinsOf(readCa(kubeconfig));
  if (caCertHashes.length === 0)
    throw new Problem('input-invalid', `The certificate authority in ${kubeconfig} is no PEM certificate.`);
  const bootstrapToken = makeBootstrapToken(randomBytes);
  const certificateKey = makeCertificateKey(randomBytes);
  const join = { bootstrapToken, caCertHashes };
  const nodeRole: NodeRole =
    role === 'worker'
      ? { kind: 'worker-join', join }
      : { kind: 'control-plane-join', join, secrets: { kind: 'certificate-key', certificateKey } };
  const { config } = renderNodeIgnition(
    { cluster, role: nodeRole, host: {}, extra, strict },
    new EjsTemplates('ignition-templates'),
  );
  // ocne writes to the cluster after it has printed; a config whose token the cluster refused is of no use to anyone.
  const created = automatic ? await enterToken(await live.open(kubeconfig), bootstrapToken) : undefined;
  terminal.out(serialiseConfig(config));
  if (created !== undefined) {
    if (role === 'control-plane') terminal.err(uploadInstructions(certificateKey, created.controlPlane));
    return;
  }
  terminal.err(
    joinInstructions(
      bootstrapToken,
      // ocne looks the name up in the cluster; the person who runs the command knows it.
      role === 'worker' ? undefined : { certificateKey, node: 'NAME-OF-A-CONTROL-PLANE-NODE' },
    ),
  );
}

function roleOf(flags: JoinFlags): 'worker' | 'control-plane' {
  const controlPlanes = flags.controlPlaneNodes ?? 0;
  const workers = flags.workerNodes ?? 0;
  if (controlPlanes > 0 && workers > 0)
    throw new Problem(
      'input-invalid',
      'The BYO provider cannot join worker and control plane nodes at the same time',
    );
  if (controlPlanes > 0) return 'control-plane';
  return workers === 0 && flags.roleControlPlane === true ? 'control-plane' : 'worker';
}

async function migrateNode(
  flags: JoinFlags,
  terminal: Terminal,
  workstation: Workstation,
  live: LiveClusters,
): Promise<void> {
  const { node, destination } = flags;
  if (destination === undefined)
    throw new Problem(
      'input-invalid',
      'A destination client configuration path must be specified when joining an existing node to a cluster',
    );
  if (node === undefined)
    throw new Problem('input-invalid', 'A node must be specified when joining an existing node to a cluster');
  if (flags.roleControlPlane === true)
    throw new Problem('input-invalid', `${node} cannot be moved as a control plane from here.`, {
      remedy:
        'A control plane needs keys that only the nodes of the other cluster have, and files of its virtual IP. Install the host anew into that cluster: hearth host assign, or hearth cluster join -r.',
    });
  const source = findKubeconfig(workstation, flags.kubeconfig, undefined);
  const [from, to] = [await live.open(source), await live.open(destination)];
  const bootstrapToken = makeBootstrapToken(randomBytes);
  const caCertHashes = new ForgePki(systemClock).pinsOf(to.ca);
  const secrets = { bootstrapToken, caCertHashes };
  const script = await migrationScript({ node, source: from, destination: to, secrets });
  await to.createBootstrapToken(bootstrapToken, TOKEN_SECONDS);
  terminal.out(script);
  terminal.err(
    `The token for ${node} is in the destination and good for 24 hours. This command starts no privileged pod, so the rest is yours:\n` +
      `\t1. Run the printed script as root on ${node}.\n` +
      `\t2. kubectl --kubeconfig ${source} delete node ${node}\n`,
  );
}

/** Puts the token where the node will look for it, and finds a node that has what a control plane needs. */
async function enterToken(cluster: LiveCluster, token: string): Promise<{ controlPlane: string }> {
  await cluster.createBootstrapToken(token, TOKEN_SECONDS);
  const [controlPlane = 'NAME-OF-A-CONTROL-PLANE-NODE'] = await cluster.controlPlanes();
  return { controlPlane };
}
