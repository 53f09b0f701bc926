import { Problem } from '../error/problem.ts';
import { joinDocuments } from './kubeadm.ts';
import type { LiveCluster } from './live-cluster.ts';
import type { JoinSecrets } from './secrets.ts';
import { releaseOf } from './versions.ts';

export interface MigrationRequest {
  readonly node: string;
  readonly source: LiveCluster;
  readonly destination: LiveCluster;
  readonly secrets: JoinSecrets;
}

const MARK = 'END_OF_KUBEADM_CONF';

/**
 * The script that moves a worker into another cluster, to be run on it as root: what `ocne cluster join --node` does
 * through a privileged pod on the node. The appliance makes no privileged pods.
 *
 * @throws Problem `input-invalid` for a node that is not there or a control plane, which needs files of other nodes
 */
export async function migrationScript({
  node,
  source,
  destination,
  secrets,
}: MigrationRequest): Promise<string> {
  const role = await source.roleOf(node);
  if (role === undefined) throw new Problem('input-invalid', `The source cluster has no node ${node}.`);
  if (role === 'control-plane')
    throw new Problem(
      'input-invalid',
      `${node} is a control plane of its cluster and cannot be moved from here.`,
      {
        remedy: `Take it out first: run \`kubeadm reset -f\` on ${node} so that it leaves etcd, then install it anew into the other cluster.`,
      },
    );
  const { host, port, kubernetesVersion } = await destination.kubeadm();
  const version = /^v?(\d+\.\d+)/.exec(kubernetesVersion)?.[1] ?? '';
  const release = releaseOf(version);
  if (release === undefined)
    throw new Problem(
      'input-invalid',
      `The destination runs Kubernetes ${kubernetesVersion}, which is not known here.`,
    );
  const endpoint = { kind: 'load-balancer', host, port, apiServerPort: port } as const;
  const conf = joinDocuments(
    { endpoint, cipherSuites: '', kubeProxyMode: 'iptables' },
    { release, kubeletAuthorization: 'Webhook', certSans: [] },
    secrets,
    { kind: 'worker' },
  );
  return [
    '#!/bin/bash',
    `# Moves this worker to the cluster at ${host}:${port}. Run it as root on the node itself.`,
    'set -e',
    'umask 077',
    'cp -p /etc/kubernetes/kubeadm.conf /etc/kubernetes/kubeadm.conf.bak',
    `cat > /etc/kubernetes/kubeadm.conf <<'${MARK}'`,
    conf.trimEnd(),
    MARK,
    `sed -i -E 's/^(Environment="?ACTION=)[a-z]*/\\1join/' /etc/systemd/system/ocne.service.d/bootstrap.conf`,
    '# ocne.service runs `kubeadm reset` first when it finds this file.',
    'touch /etc/ocne/reset-kubeadm',
    'systemctl daemon-reload',
    'systemctl restart ocne.service',
    '',
  ].join('\n');
}
