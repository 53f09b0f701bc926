import { Buffer } from 'node:buffer';
import type { Instant } from '../../domain/time/clock.ts';
import type { ApiConnection } from './connection.ts';
import { ApiFailure } from './failure.ts';
import type { KubernetesObject } from './object.ts';

const TOKEN_NAMESPACE = 'kube-system';

/** Where the Secrets of tokens are. */
export const TOKEN_SECRETS = `/api/v1/namespaces/${TOKEN_NAMESPACE}/secrets`;

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

/** Puts a token into a cluster; the same token again, for instance after an answer that was lost, lives longer. */
export async function putBootstrapToken(
  connection: Pick<ApiConnection, 'json'>,
  token: string,
  expires: Instant,
): Promise<void> {
  const body = bootstrapTokenSecret(token, expires);
  try {
    await connection.json({ method: 'POST', path: TOKEN_SECRETS, body });
  } catch (thrown) {
    if (!(thrown instanceof ApiFailure) || thrown.detail?.reason !== 'AlreadyExists') throw thrown;
    await connection.json({ method: 'PUT', path: `${TOKEN_SECRETS}/${tokenSecretName(token)}`, body });
  }
}

export function tokenSecretName(token: string): string {
  return `bootstrap-token-${token.split('.')[0] ?? ''}`;
}
