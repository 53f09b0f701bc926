import { at, isObject, listAt, textAt } from './json.ts';
import type { JsonObject } from './json.ts';

/** A kind that is served: what discovery lists of it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Whether `status` is a subresource that a write to the object leaves alone. */
  readonly status: boolean;
}

function kinds(group: string, version: string, text: string): Resource[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [plural = '', kind = '', flags = ''] = entry.split(':');
      return { group, version, plural, kind, namespaced: flags.includes('n'), status: flags.includes('s') };
    });
}

/** `n` namespaced, `s` with a status subresource; as Kubernetes 1.33 serves them. */
export const BUILT_IN: readonly Resource[] = [
  ...kinds(
    '',
    'v1',
    `namespaces:Namespace:s nodes:Node:s pods:Pod:ns secrets:Secret:n configmaps:ConfigMap:n services:Service:ns
     serviceaccounts:ServiceAccount:n endpoints:Endpoints:n events:Event:n persistentvolumes:PersistentVolume:s
     persistentvolumeclaims:PersistentVolumeClaim:ns`,
  ),
  ...kinds(
    'apps',
    'v1',
    'deployments:Deployment:ns daemonsets:DaemonSet:ns statefulsets:StatefulSet:ns replicasets:ReplicaSet:ns',
  ),
  ...kinds('batch', 'v1', 'jobs:Job:ns cronjobs:CronJob:ns'),
  ...kinds('policy', 'v1', 'poddisruptionbudgets:PodDisruptionBudget:ns'),
  ...kinds('discovery.k8s.io', 'v1', 'endpointslices:EndpointSlice:n'),
  ...kinds('coordination.k8s.io', 'v1', 'leases:Lease:n'),
  ...kinds(
    'rbac.authorization.k8s.io',
    'v1',
    'roles:Role:n rolebindings:RoleBinding:n clusterroles:ClusterRole clusterrolebindings:ClusterRoleBinding',
  ),
  ...kinds('certificates.k8s.io', 'v1', 'certificatesigningrequests:CertificateSigningRequest:s'),
  ...kinds('scheduling.k8s.io', 'v1', 'priorityclasses:PriorityClass'),
  ...kinds('apiextensions.k8s.io', 'v1', 'customresourcedefinitions:CustomResourceDefinition:s'),
];

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `secrets`, or `deployments.apps`: how messages name a resource. */
export function qualified({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** The resources that a CustomResourceDefinition adds. */
export function resourcesOf(definition: JsonObject): Resource[] {
  const group = textAt(definition, 'spec', 'group');
  const plural = textAt(definition, 'spec', 'names', 'plural');
  const kind = textAt(definition, 'spec', 'names', 'kind');
  const namespaced = textAt(definition, 'spec', 'scope') === 'Namespaced';
  return listAt(definition, 'spec', 'versions')
    .filter((version) => at(version, 'served') === true)
    .map((version) => ({
      group,
      version: textAt(version, 'name'),
      plural,
      kind,
      namespaced,
      status: isObject(at(version, 'subresources', 'status')),
    }));
}
