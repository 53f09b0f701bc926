import { configOf } from '../../protocol/ignition/config.ts';
import { inlineFile } from '../../protocol/ignition/file.ts';
import { mergeConfigs } from '../../protocol/ignition/merge.ts';
import { Problem } from '../error/problem.ts';
import { isHostName } from './address.ts';
import { initDocuments, joinDocuments } from './kubeadm.ts';
import { nodeBase } from './node-base.ts';
import { nodeReport } from './node-report.ts';
import { nodeUser } from './node-user.ts';
import { caFiles, sharedPkiFiles } from './pki-files.ts';
import { proxyParts } from './proxy.ts';
import { releaseOf } from './versions.ts';
import { virtualIpParts } from './virtual-ip.ts';
import type { Fragments, IgnitionConfig, IgnitionFile } from '../../protocol/ignition/config.ts';
import type { ClusterConfig } from './config.ts';
import type { KubeadmOptions } from './kubeadm.ts';
import type { ReportTarget } from './node-report.ts';
import type { ControlPlaneSecrets, InitSecrets, JoinSecrets } from './secrets.ts';
import type { TemplateSource } from './templates.ts';

/** What the node becomes, with the secrets for that and no others: a worker's type has no place for a CA key. */
export type NodeRole =
  | { readonly kind: 'init'; readonly secrets: InitSecrets }
  | {
      readonly kind: 'control-plane-join';
      readonly join: JoinSecrets;
      readonly secrets: ControlPlaneSecrets;
    }
  | { readonly kind: 'worker-join'; readonly join: JoinSecrets };

export interface NodeHost {
  /** Name of the node in the cluster; written to /etc/hostname when given. */
  readonly hostname?: string;
  /** The interface that carries the node's address; the cluster file's when absent. */
  readonly networkInterface?: string;
  /** Where the node reports its outcome; no report when absent. */
  readonly report?: ReportTarget;
}

export interface NodeIgnitionInput {
  readonly cluster: ClusterConfig;
  readonly role: NodeRole;
  readonly host: NodeHost;
  /** The user's own configurations, already read; later ones win. */
  readonly extra?: readonly IgnitionConfig[];
  /** The disk has seen kubeadm before: `kubeadm reset` comes first (ocne.sh looks for a file). */
  readonly resetKubeadm?: boolean;
  /** Render what `ocne` 2.3 renders, its mistakes included. See docs/decisions/ocne-differences.md. */
  readonly strict?: boolean;
  /** VRRP id of the virtual IP; 51 when absent, as `ocne` has it. */
  readonly virtualRouterId?: number;
  /** Addresses of other control planes known beforehand. */
  readonly peers?: readonly string[];
  /** Further names of the API server's certificate. */
  readonly certSans?: readonly string[];
}

/** A secret that an Ignition config carries, by the name under which the audit log knows it. */
export type SecretLabel =
  | 'ca-key'
  | 'etcd-ca-key'
  | 'front-proxy-ca-key'
  | 'service-account-key'
  | 'certificate-key'
  | 'join-token'
  | 'boot-token'
  | 'password-hash';

export interface RenderedNode {
  readonly config: IgnitionConfig;
  readonly secrets: readonly SecretLabel[];
}

/**
 * The whole Ignition configuration of one node, spec 3.4.0.
 *
 * The layers are merged in `ocne`'s order: the node itself, proxy, user, then what the cluster's owner adds, which may
 * override all of it.
 *
 * @throws Problem `cluster-invalid` or `host-incomplete` naming what is wrong or missing
 */
export function renderNodeIgnition(input: NodeIgnitionInput, templates: TemplateSource): RenderedNode {
  const { cluster, role, host } = input;
  const strict = input.strict ?? false;
  const networkInterface = host.networkInterface ?? cluster.byo.networkInterface;
  checkInterface(networkInterface);
  const release = releaseOf(cluster.kubernetesVersion);
  if (release === undefined || (strict && !release.inOcne))
    throw new Problem('cluster-invalid', `No Kubernetes version available for ${cluster.kubernetesVersion}`);

  const kubeadm: KubeadmOptions = {
    release,
    kubeletAuthorization: strict ? 'AlwaysAllow' : 'Webhook',
    certSans: input.certSans ?? [],
  };
  const base = nodeBase(
    cluster,
    {
      action: role.kind === 'init' ? 'init' : 'join',
      networkInterface,
      strict,
      // The script is one and the same on every node of a cluster whose nodes hand certificates to each other.
      uploadCerts: role.kind === 'worker-join' || role.secrets.kind !== 'whole-pki',
    },
    templates,
  );
  const node: Fragments = {
    ...base,
    files: [...(base.files ?? []), ...kubeadmFiles(cluster, kubeadm, role)],
  };
  const layers: IgnitionConfig[] = [configOf(node)];
  if (role.kind !== 'worker-join' && cluster.endpoint.kind === 'virtual-ip') {
    const routerId = input.virtualRouterId ?? 51;
    if (!Number.isInteger(routerId) || routerId < 1 || routerId > 255)
      throw new Problem('cluster-invalid', `The VRRP id ${routerId} is not between 1 and 255.`);
    const options = { networkInterface, virtualRouterId: routerId, peers: input.peers ?? [], strict };
    layers.push(configOf(virtualIpParts(cluster, cluster.endpoint, options, templates)));
  }
  if (host.hostname !== undefined) layers.push(configOf({ files: [hostnameFile(host.hostname)] }));
  if (input.resetKubeadm === true)
    layers.push(configOf({ files: [inlineFile('/etc/ocne/reset-kubeadm', '', { mode: 0o600 })] }));
  if (host.report !== undefined) layers.push(configOf(nodeReport(host.report, templates)));
  layers.push(configOf(proxyParts(cluster, { misspelt: strict }, templates)));
  layers.push(configOf({ users: [nodeUser(cluster)] }));
  layers.push(...(input.extra ?? []));
  return { config: layers.reduce(mergeConfigs), secrets: secretsOf(input) };
}

function kubeadmFiles(cluster: ClusterConfig, options: KubeadmOptions, role: NodeRole): IgnitionFile[] {
  const conf = (text: string): IgnitionFile =>
    inlineFile('/etc/kubernetes/kubeadm.conf', text, { mode: 0o600 });
  switch (role.kind) {
    case 'init':
      return role.secrets.kind === 'ca-only'
        ? [conf(initDocuments(cluster, options, role.secrets.certificateKey)), ...caFiles(role.secrets.ca)]
        : [conf(initDocuments(cluster, options)), ...sharedPkiFiles(role.secrets.pki)];
    case 'control-plane-join': {
      const { secrets, join } = role;
      return secrets.kind === 'certificate-key'
        ? [
            conf(
              joinDocuments(cluster, options, join, {
                kind: 'control-plane',
                certificateKey: secrets.certificateKey,
              }),
            ),
          ]
        : [
            conf(joinDocuments(cluster, options, join, { kind: 'control-plane' })),
            ...sharedPkiFiles(secrets.pki),
          ];
    }
    case 'worker-join':
      return [conf(joinDocuments(cluster, options, role.join, { kind: 'worker' }))];
  }
}

function secretsOf({ cluster, role, host }: NodeIgnitionInput): SecretLabel[] {
  const labels: SecretLabel[] = [];
  if (role.kind !== 'worker-join') {
    if (role.secrets.kind === 'whole-pki')
      labels.push('ca-key', 'etcd-ca-key', 'front-proxy-ca-key', 'service-account-key');
    else labels.push(...(role.kind === 'init' ? (['ca-key'] as const) : []), 'certificate-key');
  }
  if (role.kind !== 'init') labels.push('join-token');
  if (host.report !== undefined) labels.push('boot-token');
  if (cluster.password !== '') labels.push('password-hash');
  return labels;
}

function hostnameFile(hostname: string): IgnitionFile {
  if (!isHostName(hostname) || hostname.length > 64)
    throw new Problem('host-incomplete', `${JSON.stringify(hostname)} is not a host name.`);
  return inlineFile('/etc/hostname', `${hostname}\n`, { mode: 0o644 });
}

/** Linux takes 15 bytes without blanks and slashes (dev_valid_name); what a shell would expand is left out as well. */
function checkInterface(name: string): void {
  if (name === '') throw new Problem('host-incomplete', 'A network interface must be provided');
  if (!/^[A-Za-z0-9][\w.@-]{0,14}$/.test(name))
    throw new Problem(
      'host-incomplete',
      `${JSON.stringify(name.slice(0, 40))} is not the name of a network interface.`,
    );
}
