import { stringify } from 'yaml';
import { subnetOf } from './inputs.ts';
import type { AddonInputs } from './inputs.ts';
import type { Addon, Manifest } from './manifest.ts';
import { clusterRoleBinding, role, serviceAccount } from './rbac.ts';
import { ON_LINUX, checksum, fieldEnvironment, hostPath, podKubeconfig } from './workload.ts';

const NAMESPACE = 'kube-system';
const ACCOUNT = { name: 'kube-proxy', namespace: NAMESPACE };
const LABELS = { 'k8s-app': 'kube-proxy' };

/** kube-proxy under the names that kubeadm's own addon has. */
export function kubeProxy(inputs: AddonInputs): Addon {
  const data = {
    'config.conf': configuration(inputs),
    // The address of the cluster, not the service of the API: nothing routes services before kube-proxy does.
    'kubeconfig.conf': podKubeconfig(inputs.endpoint),
  };
  return {
    name: 'kube-proxy',
    title: 'kube-proxy',
    manifests: [
      serviceAccount(ACCOUNT),
      clusterRoleBinding('kubeadm:node-proxier', 'system:node-proxier', ACCOUNT),
      // kubeadm on a joining node reads the configuration as the bootstrap token's user.
      ...role(
        ACCOUNT,
        [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['kube-proxy'], verbs: ['get'] }],
        {
          kind: 'Group',
          apiGroup: 'rbac.authorization.k8s.io',
          name: 'system:bootstrappers:kubeadm:default-node-token',
        },
      ),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kube-proxy', namespace: NAMESPACE, labels: { app: 'kube-proxy' } },
        data,
      },
      daemonSet(inputs.images.kubeProxy, data),
    ],
  };
}

function configuration({ podSubnets, kubeProxyMode }: AddonInputs): string {
  const any = subnetOf(podSubnets, 'ipv4') === undefined ? '::' : '0.0.0.0';
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: any,
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
    // Traffic from outside this range to a service is masqueraded, so it is the range of pods. `ocne` writes the
    // service subnet here, with which replies to pods on other nodes take the wrong way round.
    clusterCIDR: podSubnets.join(','),
    mode: kubeProxyMode,
    // OCK's firewall has 10249 open, and its join documents say the same.
    metricsBindAddress: any === '::' ? '[::]:10249' : '0.0.0.0:10249',
  });
}

function daemonSet(image: string, data: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-proxy', namespace: NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels: LABELS, annotations: checksum(data) },
        spec: {
          hostNetwork: true,
          serviceAccountName: ACCOUNT.name,
          priorityClassName: 'system-node-critical',
          nodeSelector: ON_LINUX,
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: 'kube-proxy',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: [
                '/usr/local/bin/kube-proxy',
                '--config=/var/lib/kube-proxy/config.conf',
                '--hostname-override=$(NODE_NAME)',
              ],
              env: [fieldEnvironment('NODE_NAME', 'spec.nodeName')],
              securityContext: { privileged: true },
              volumeMounts: [
                { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' },
                { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
                { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
            hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
            hostPath('lib-modules', '/lib/modules', 'Directory'),
          ],
        },
      },
    },
  };
}
