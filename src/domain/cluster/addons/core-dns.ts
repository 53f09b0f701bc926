import type { TemplateSource } from '../templates.ts';
import { dnsAddress } from './dns-address.ts';
import type { AddonInputs } from './inputs.ts';
import type { Addon, Manifest } from './manifest.ts';
import { clusterRole, serviceAccount } from './rbac.ts';
import { ON_LINUX, TOLERATE_CONTROL_PLANE, checksum } from './workload.ts';

const NAMESPACE = 'kube-system';
const ACCOUNT = { name: 'coredns', namespace: NAMESPACE };
/** The label by which everyone finds cluster DNS, from the days of kube-dns. */
const LABELS = { 'k8s-app': 'kube-dns' };

/** Cluster DNS under the names that kubeadm's own addon has, which other tools look for. */
export function coreDns(inputs: AddonInputs, templates: TemplateSource): Addon {
  const data = { Corefile: templates.render('Corefile') };
  return {
    name: 'core-dns',
    title: 'CoreDNS',
    manifests: [
      serviceAccount(ACCOUNT),
      ...clusterRole(
        'system:coredns',
        [
          {
            apiGroups: [''],
            resources: ['endpoints', 'services', 'pods', 'namespaces'],
            verbs: ['list', 'watch'],
          },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
        ACCOUNT,
      ),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace: NAMESPACE }, data },
      deployment(inputs.images.coreDns, data),
      service(inputs.serviceSubnets),
    ],
  };
}

function service(serviceSubnets: readonly string[]): Manifest {
  const [primary = ''] = serviceSubnets;
  const port = (name: string, number: number, protocol: string): object => ({
    name,
    port: number,
    protocol,
    targetPort: number,
  });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: NAMESPACE,
      labels: { ...LABELS, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      selector: LABELS,
      clusterIP: dnsAddress(primary),
      // kubelets are told the address of the first family only; the other one is the cluster's to choose.
      ...(serviceSubnets.length > 1 ? { ipFamilyPolicy: 'PreferDualStack' } : {}),
      ports: [port('dns', 53, 'UDP'), port('dns-tcp', 53, 'TCP'), port('metrics', 9153, 'TCP')],
    },
  };
}

function deployment(image: string, data: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: NAMESPACE, labels: LABELS },
    spec: {
      replicas: 2,
      selector: { matchLabels: LABELS },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels: LABELS, annotations: checksum(data) },
        spec: {
          serviceAccountName: ACCOUNT.name,
          priorityClassName: 'system-cluster-critical',
          nodeSelector: ON_LINUX,
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, TOLERATE_CONTROL_PLANE],
          affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [apart()] } },
          // The resolver of the node: asking cluster DNS from within itself would be a loop.
          dnsPolicy: 'Default',
          containers: [container(image)],
          volumes: [
            {
              name: 'config-volume',
              configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] },
            },
          ],
        },
      },
    },
  };
}

function container(image: string): object {
  const port = (name: string, containerPort: number, protocol: string): object => ({
    name,
    containerPort,
    protocol,
  });
  const probe = (path: string, number: number): object => ({
    httpGet: { path, port: number, scheme: 'HTTP' },
  });
  return {
    name: 'coredns',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['-conf', '/etc/coredns/Corefile'],
    resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
    ports: [port('dns', 53, 'UDP'), port('dns-tcp', 53, 'TCP'), port('metrics', 9153, 'TCP')],
    livenessProbe: {
      ...probe('/health', 8080),
      initialDelaySeconds: 60,
      timeoutSeconds: 5,
      successThreshold: 1,
      failureThreshold: 5,
    },
    readinessProbe: probe('/ready', 8181),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
  };
}

/** On different machines where there are several. */
function apart(): object {
  return {
    weight: 100,
    podAffinityTerm: { labelSelector: { matchLabels: LABELS }, topologyKey: 'kubernetes.io/hostname' },
  };
}
