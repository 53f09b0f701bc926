import type { Endpoint } from '../config.ts';
import type { TemplateSource } from '../templates.ts';
import type { AddonInputs } from './inputs.ts';
import type { Addon, Manifest } from './manifest.ts';
import { role, serviceAccount } from './rbac.ts';
import {
  ON_CONTROL_PLANE,
  TOLERATE_CONTROL_PLANE,
  checksum,
  fieldEnvironment,
  hostPath,
  podKubeconfig,
} from './workload.ts';

const NAMESPACE = 'ocne-system';
const NAME = 'ocne-ha-monitor';
const ACCOUNT = { name: NAME, namespace: NAMESPACE };
const LABELS = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': 'ha-config' };
const KEEPALIVED = '/etc/keepalived/keepalived.conf';
const NGINX = '/etc/ocne/nginx/nginx.conf';

/**
 * Tells keepalived and nginx on each control plane who the others are. The first one is born alone; without this a
 * second one would neither share the virtual IP nor be given connections.
 */
export function haMonitor(inputs: AddonInputs, templates: TemplateSource): Addon {
  const { apiServerPort } = inputs.endpoint;
  const data = {
    'ha-monitor.sh': templates.render('ha-monitor.sh'),
    // The API server of this very host, as the virtual IP is what this must repair. Its certificate has this name always.
    kubeconfig: podKubeconfig(
      { host: 'localhost', port: apiServerPort },
      { tlsServerName: 'kubernetes.default.svc' },
    ),
  };
  return {
    name: 'ha-monitor',
    title: 'the HA monitor',
    manifests: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      serviceAccount(ACCOUNT),
      ...role(
        { name: NAME, namespace: 'default' },
        [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list'] }],
        { kind: 'ServiceAccount', ...ACCOUNT },
      ),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE }, data },
      daemonSet(inputs, data),
    ],
  };
}

/** Whether a cluster carries its own address. */
export function needsHaMonitor(endpoint: Endpoint): boolean {
  return endpoint.kind === 'virtual-ip';
}

function daemonSet(inputs: AddonInputs, data: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
    spec: {
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS, annotations: checksum(data) },
        spec: {
          hostNetwork: true,
          serviceAccountName: NAME,
          priorityClassName: 'system-node-critical',
          nodeSelector: ON_CONTROL_PLANE,
          tolerations: [TOLERATE_CONTROL_PLANE],
          containers: [
            {
              name: 'monitor',
              image: inputs.images.base,
              imagePullPolicy: 'IfNotPresent',
              command: ['/bin/bash', '/etc/ha-monitor/ha-monitor.sh'],
              env: [
                fieldEnvironment('HOST_IP', 'status.hostIP'),
                { name: 'API_SERVER_PORT', value: String(inputs.endpoint.apiServerPort) },
              ],
              securityContext: {
                allowPrivilegeEscalation: false,
                // The files belong to the users of keepalived and nginx, and SELinux knows them as the host's.
                capabilities: { add: ['DAC_OVERRIDE'], drop: ['ALL'] },
                seLinuxOptions: { type: 'spc_t' },
              },
              resources: { requests: { cpu: '10m', memory: '32Mi' } },
              volumeMounts: [
                { name: 'kubectl', mountPath: '/host/kubectl', readOnly: true },
                { name: 'config', mountPath: '/etc/ha-monitor', readOnly: true },
                { name: 'keepalived', mountPath: '/host/keepalived.conf' },
                { name: 'nginx', mountPath: '/host/nginx.conf' },
              ],
            },
          ],
          volumes: [
            hostPath('kubectl', '/usr/bin/kubectl', 'File'),
            { name: 'config', configMap: { name: NAME } },
            hostPath('keepalived', KEEPALIVED, 'File'),
            hostPath('nginx', NGINX, 'File'),
          ],
        },
      },
    },
  };
}
