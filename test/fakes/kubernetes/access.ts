import { Buffer } from 'node:buffer';
import type { TLSSocket } from 'node:tls';
import { textAt } from './json.ts';
import { BUILT_IN } from './resource.ts';
import type { Storage } from './storage.ts';
import { StatusError } from './status.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface Action {
  readonly verb: string;
  /** Undefined for paths that are no resource, such as `/readyz`. */
  readonly resource: string | undefined;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
/** system:public-info-viewer and system:discovery, which bind everyone, signed in or not. */
const PUBLIC = /^\/(readyz|livez|healthz|version)(\/|$)/;

/** Who asks: a client certificate of the cluster's CA, a bootstrap token in a Secret, a token given to the fake, or nobody. */
export function authenticate(
  socket: TLSSocket,
  authorization: string,
  storage: Storage,
  tokens: ReadonlyMap<string, User>,
): User {
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length > 0) {
    if (!socket.authorized) throw unauthorized();
    const { CN = '', O = [] } = certificate.subject as { CN?: string; O?: string | string[] };
    return { name: CN, groups: [...(Array.isArray(O) ? O : [O]), 'system:authenticated'] };
  }
  if (!authorization.startsWith('Bearer ')) return ANONYMOUS;
  const token = authorization.slice('Bearer '.length);
  const user = tokens.get(token) ?? bootstrapUser(token, storage);
  if (user === undefined) throw unauthorized();
  return user;
}

function bootstrapUser(token: string, storage: Storage): User | undefined {
  const [id = '', secret = ''] = token.split('.');
  const secrets = BUILT_IN.find(({ plural }) => plural === 'secrets');
  const found = secrets && storage.find(secrets, 'kube-system', `bootstrap-token-${id}`);
  if (found === undefined || textAt(found, 'type') !== 'bootstrap.kubernetes.io/token') return undefined;
  const value = (key: string): string => Buffer.from(textAt(found, 'data', key), 'base64').toString('utf8');
  const alive = value('expiration') === '' || Date.parse(value('expiration')) > Date.now();
  if (!alive || value('token-secret') !== secret || value('usage-bootstrap-authentication') !== 'true')
    return undefined;
  return {
    name: `system:bootstrap:${id}`,
    groups: ['system:bootstrappers', ...value('auth-extra-groups').split(','), 'system:authenticated'],
  };
}

/**
 * What kubeadm's own bindings allow, so that a join without a right token fails here as it does there; users of
 * system:masters and those made up for a test may do everything.
 */
export function authorize(user: User, action: Action): void {
  if (PUBLIC.test(action.path) || user.groups.includes('system:masters')) return;
  const { resource, namespace, name, verb } = action;
  const reading = ['get', 'list', 'watch'].includes(verb);
  // kubeadm:bootstrap-signer-clusterinfo lets everyone read how to find and trust the cluster.
  if (reading && resource === 'configmaps' && namespace === 'kube-public' && name === 'cluster-info') return;
  if (user.groups.includes('system:authenticated') && resource === undefined && reading) return;
  if (user.groups.includes('system:bootstrappers')) {
    const config = resource === 'configmaps' && namespace === 'kube-system';
    if (reading && config && ['kubeadm-config', 'kubelet-config', 'kube-proxy'].includes(name)) return;
    if (reading && resource === 'nodes') return;
    if (resource === 'certificatesigningrequests') return;
  }
  if (user.groups.includes('fake:everything')) return;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw new StatusError(
    403,
    'Forbidden',
    resource === undefined
      ? `forbidden: User "${user.name}" cannot ${verb} path "${action.path}"`
      : `${resource} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" ${where}`,
  );
}

function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}
