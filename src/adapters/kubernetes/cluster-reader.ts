import { connect } from 'node:tls';
import type { CertificateExpiry } from '../../domain/cluster/cluster-access.ts';
import type { ClusterReader, LiveNode, LiveState } from '../../domain/cluster/live-state.ts';
import type { Cluster } from '../../domain/cluster/record.ts';
import { reasonOf } from './cluster-problem.ts';
import type { ApiConnection } from './connection.ts';
import type { ApiConnections } from './connections.ts';
import { nodeHealth } from './node-health.ts';
import { field, items, text } from './object.ts';
import { redacted } from './redaction.ts';

/** More nodes than one cluster has here; a page of them is a few megabytes. */
const MOST_NODES = 1_000;
/** Of each kind in a dump. */
const MOST_OBJECTS = 500;
const HANDSHAKE_MS = 2_000;
const ROLE_LABEL = 'node-role.kubernetes.io/';

/** What a dump holds. Secrets are not among it, and of ConfigMaps only the names. */
const DUMPED: Readonly<Record<string, string>> = {
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  events: '/api/v1/events',
  services: '/api/v1/services',
  configMaps: '/api/v1/configmaps',
  deployments: '/apis/apps/v1/deployments',
  daemonSets: '/apis/apps/v1/daemonsets',
};

/** Reads what clusters say of themselves over HTTPS. */
export class KubernetesClusterReader implements ClusterReader {
  readonly #connections: Pick<ApiConnections, 'to'>;

  constructor(deps: { readonly connections: Pick<ApiConnections, 'to'> }) {
    this.#connections = deps.connections;
  }

  async state(cluster: Cluster): Promise<LiveState> {
    try {
      const connection = await this.#connections.to(cluster);
      const [version, nodes, certificates] = await Promise.all([
        connection.json({ method: 'GET', path: '/version' }),
        connection.json({ method: 'GET', path: '/api/v1/nodes', query: { limit: MOST_NODES } }),
        servingCertificate(cluster),
      ]);
      return {
        kind: 'answers',
        version: text(version, 'gitVersion') ?? 'unknown',
        nodes: items(nodes, 'items').map(liveNode),
        certificates,
      };
    } catch (thrown) {
      return { kind: 'silent', reason: reasonOf(thrown) };
    }
  }

  async dump(cluster: Cluster): Promise<Readonly<Record<string, unknown>>> {
    try {
      const connection = await this.#connections.to(cluster);
      const kinds = await Promise.all(
        Object.entries(DUMPED).map(async ([kind, path]) => [kind, await listed(connection, path)] as const),
      );
      return Object.fromEntries(kinds);
    } catch (thrown) {
      return { unreachable: reasonOf(thrown) };
    }
  }
}

async function listed(connection: ApiConnection, path: string): Promise<unknown> {
  try {
    const page = await connection.json({ method: 'GET', path, query: { limit: MOST_OBJECTS } });
    const more = field(page, 'metadata', 'remainingItemCount');
    return {
      items: items(page, 'items').map(redacted),
      ...(typeof more === 'number' ? { leftOut: more } : {}),
    };
  } catch (thrown) {
    return { unreadable: reasonOf(thrown) };
  }
}

function liveNode(node: unknown): LiveNode {
  const labels = field(node, 'metadata', 'labels');
  const roles = Object.keys(typeof labels === 'object' && labels !== null ? labels : {})
    .filter((label) => label.startsWith(ROLE_LABEL))
    .map((label) => label.slice(ROLE_LABEL.length));
  const created = Date.parse(text(node, 'metadata', 'creationTimestamp') ?? '');
  return {
    name: text(node, 'metadata', 'name') ?? '',
    roles,
    health: nodeHealth(node),
    version: text(node, 'status', 'nodeInfo', 'kubeletVersion') ?? 'unknown',
    osImage: text(node, 'status', 'nodeInfo', 'osImage') ?? 'unknown',
    address: text(
      items(node, 'status', 'addresses').find((one) => text(one, 'type') === 'InternalIP'),
      'address',
    ),
    createdAt: Number.isNaN(created) ? undefined : created,
    unschedulable: field(node, 'spec', 'unschedulable') === true,
    updateAvailable: text(node, 'metadata', 'annotations', 'ocne.oracle.com/update-available') === 'true',
  };
}

/**
 * When the certificate ends that the API server shows: the one kubeadm made, good for a year. It is only read, so the
 * chain need not be good; one that is not shows in every other call.
 */
function servingCertificate({ config: { endpoint } }: Cluster): Promise<readonly CertificateExpiry[]> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port, rejectUnauthorized: false });
    const end = (found: readonly CertificateExpiry[]): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(HANDSHAKE_MS, () => end([]));
    socket.once('error', () => end([]));
    socket.once('secureConnect', () => {
      const expiresAt = Date.parse(socket.getPeerCertificate().valid_to);
      end(Number.isNaN(expiresAt) ? [] : [{ name: 'API server', expiresAt }]);
    });
  });
}
