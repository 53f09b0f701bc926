import type { Cluster } from '../../domain/cluster/record.ts';
import { ApiConnection } from './connection.ts';
import type { ApiCredentials, TimeLimits } from './connection.ts';

/** Who the appliance is in a cluster. The same object is returned as long as the certificate is good. */
export type CredentialSource = (cluster: Cluster) => Promise<ApiCredentials>;

interface Open {
  readonly credentials: ApiCredentials;
  readonly connection: ApiConnection;
}

/** One connection per cluster, opened at first use and replaced when its credentials are renewed. */
export class ApiConnections {
  readonly #credentials: CredentialSource;
  readonly #limits: TimeLimits | undefined;
  readonly #open = new Map<string, Open>();

  constructor(deps: { readonly credentials: CredentialSource; readonly limits?: TimeLimits }) {
    this.#credentials = deps.credentials;
    this.#limits = deps.limits;
  }

  async to(cluster: Cluster): Promise<ApiConnection> {
    const credentials = await this.#credentials(cluster);
    const open = this.#open.get(cluster.name);
    if (open?.credentials === credentials) return open.connection;
    // Calls under way on the old one finish within their own limits; only its idle sockets must not stay.
    open?.connection.retire();
    const connection = new ApiConnection(credentials, this.#limits);
    this.#open.set(cluster.name, { credentials, connection });
    return connection;
  }

  close(): void {
    for (const { connection } of this.#open.values()) connection.close();
    this.#open.clear();
  }
}
