import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { hostPort } from '../address.ts';
import type { Endpoint } from '../config.ts';

/** What pods on every kind of node need in common. */
export const ON_LINUX = { 'kubernetes.io/os': 'linux' } as const;

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

export const TOLERATE_CONTROL_PLANE = {
  key: CONTROL_PLANE,
  operator: 'Exists',
  effect: 'NoSchedule',
} as const;

export const ON_CONTROL_PLANE = { [CONTROL_PLANE]: '' } as const;

/** An annotation for the pods of a workload, so that they are replaced when the configuration they read changes. */
export function checksum(data: Readonly<Record<string, string>>): Record<string, string> {
  const hash = createHash('sha256').update(Buffer.from(JSON.stringify(data), 'utf8'));
  return { 'checksum/config': hash.digest('hex').slice(0, 32) };
}

/** A volume with a file or folder of the host. */
export function hostPath(name: string, path: string, type: string): object {
  return { name, hostPath: { path, type } };
}

export function fieldEnvironment(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

const ACCOUNT_FILES = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A kubeconfig for a pod that must not depend on cluster services; its token is read anew whenever it is rotated. */
export function podKubeconfig(
  server: Pick<Endpoint, 'host' | 'port'>,
  options: { readonly tlsServerName?: string } = {},
): string {
  const tls = options.tlsServerName === undefined ? {} : { 'tls-server-name': options.tlsServerName };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'default',
        cluster: {
          'certificate-authority': `${ACCOUNT_FILES}/ca.crt`,
          server: `https://${hostPort(server.host, server.port)}`,
          ...tls,
        },
      },
    ],
    contexts: [{ name: 'default', context: { cluster: 'default', namespace: 'default', user: 'default' } }],
    'current-context': 'default',
    users: [{ name: 'default', user: { tokenFile: `${ACCOUNT_FILES}/token` } }],
  });
}
