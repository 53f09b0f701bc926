import { Buffer } from 'node:buffer';
import type { Instant } from '../../domain/time/clock.ts';
import type { KubernetesObject } from './object.ts';

export const TOKEN_NAMESPACE = 'kube-system';

/**
 * The Secret that `kubeadm token create` makes (k8s.io/cluster-bootstrap, token/api): the token controller removes it
 * once it has expired, the signer puts a JWS for it into kube-public/cluster-info.
 */
export function bootstrapTokenSecret(token: string, expires: Instant): KubernetesObject {
  const [id = '', secret = ''] = token.split('.');
  const values = {
    'token-id': id,
    'token-secret': secret,
    // RFC 3339 with whole seconds, as Go's time.RFC3339 writes it.
    expiration: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z'),
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    description: 'Made by Hearth for one node to join.',
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: tokenSecretName(token), namespace: TOKEN_NAMESPACE },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('base64')]),
    ),
  };
}

export function tokenSecretName(token: string): string {
  return `bootstrap-token-${token.split('.')[0] ?? ''}`;
}
