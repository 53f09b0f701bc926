import { subnetOf } from './inputs.ts';
import type { AddonInputs } from './inputs.ts';
import type { Addon, Manifest } from './manifest.ts';
import { clusterRole, serviceAccount } from './rbac.ts';
import { checksum, fieldEnvironment, hostPath } from './workload.ts';

const NAMESPACE = 'kube-flannel';
const ACCOUNT = { name: 'flannel', namespace: NAMESPACE };
const LABELS = { tier: 'node', app: 'flannel' };
const CONFIG_MAP = 'kube-flannel-cfg';

/** The pod network: VXLAN on UDP 8472, the one overlay port that OCK's firewall has open. */
export function flannel(inputs: AddonInputs): Addon {
  const data = {
    'cni-conf.json': JSON.stringify(cniConfiguration(), undefined, 2),
    'net-conf.json': JSON.stringify(network(inputs.podSubnets), undefined, 2),
  };
  return {
    name: 'flannel',
    title: 'flannel',
    manifests: [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: NAMESPACE,
          labels: { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' },
        },
      },
      serviceAccount(ACCOUNT),
      ...clusterRole(
        'flannel',
        [
          { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
          { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
          { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch'] },
        ],
        ACCOUNT,
      ),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: CONFIG_MAP, namespace: NAMESPACE, labels: LABELS },
        data,
      },
      daemonSet(inputs, data),
    ],
  };
}

/** The plug-ins `flannel` and `portmap` are part of OCK (containernetworking-plugins), so none is copied there. */
function cniConfiguration(): object {
  return {
    name: 'cbr0',
    cniVersion: '0.3.1',
    plugins: [
      { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function network(podSubnets: readonly string[]): object {
  const ipv4 = subnetOf(podSubnets, 'ipv4');
  const ipv6 = subnetOf(podSubnets, 'ipv6');
  return {
    ...(ipv4 === undefined ? { EnableIPv4: false } : { Network: ipv4 }),
    ...(ipv6 === undefined ? {} : { EnableIPv6: true, IPv6Network: ipv6 }),
    Backend: { Type: 'vxlan' },
  };
}

function daemonSet(inputs: AddonInputs, data: Readonly<Record<string, string>>): Manifest {
  const image = { image: inputs.images.flannel, imagePullPolicy: 'IfNotPresent' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds', namespace: NAMESPACE, labels: LABELS },
    spec: {
      // Only `app`, as the chart of `ocne` has it: a selector can never be changed.
      selector: { matchLabels: { app: 'flannel' } },
      template: {
        metadata: { labels: LABELS, annotations: checksum(data) },
        spec: {
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: onLinux() } },
          hostNetwork: true,
          serviceAccountName: ACCOUNT.name,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
          initContainers: [
            {
              name: 'install-cni',
              ...image,
              command: ['cp'],
              args: ['-f', '/etc/kube-flannel/cni-conf.json', '/etc/cni/net.d/10-flannel.conflist'],
              volumeMounts: [
                { name: 'cni', mountPath: '/etc/cni/net.d' },
                { name: 'flannel-cfg', mountPath: '/etc/kube-flannel/' },
              ],
            },
          ],
          containers: [
            {
              name: 'kube-flannel',
              ...image,
              command: ['/opt/bin/flanneld', '--ip-masq', '--kube-subnet-mgr', ...interfaces(inputs)],
              env: [
                fieldEnvironment('HOST_IP', 'status.hostIP'),
                fieldEnvironment('POD_NAME', 'metadata.name'),
                fieldEnvironment('POD_NAMESPACE', 'metadata.namespace'),
                { name: 'EVENT_QUEUE_DEPTH', value: '5000' },
              ],
              resources: { requests: { cpu: '100m', memory: '50Mi' } },
              securityContext: { privileged: false, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
              volumeMounts: [
                { name: 'run', mountPath: '/run/flannel' },
                { name: 'flannel-cfg', mountPath: '/etc/kube-flannel/' },
                { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
              ],
            },
          ],
          volumes: [
            hostPath('run', '/run/flannel', 'DirectoryOrCreate'),
            hostPath('cni', '/etc/cni/net.d', 'DirectoryOrCreate'),
            { name: 'flannel-cfg', configMap: { name: CONFIG_MAP } },
            hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
          ],
        },
      },
    },
  };
}

/**
 * The interface with the address that the node is known by, which is right on every host whatever its interfaces are
 * called. With an address flannel looks up one family only (pkg/ipmatch), so a dual-stack cluster needs names; without
 * any, flannel takes the one with the default route.
 */
function interfaces({ podSubnets, networkInterfaces }: AddonInputs): string[] {
  const families = (['ipv4', 'ipv6'] as const).filter((family) => subnetOf(podSubnets, family) !== undefined);
  if (families.length < 2) return ['--iface=$(HOST_IP)'];
  return networkInterfaces.map((name) => `--iface=${name}`);
}

function onLinux(): object {
  const expression = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
  return { nodeSelectorTerms: [{ matchExpressions: [expression] }] };
}
