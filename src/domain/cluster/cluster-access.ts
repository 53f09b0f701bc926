import type { EventLog } from '../event/event.ts';
import type { Clock, Instant } from '../time/clock.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { Clusters } from './clusters.ts';
import type { PkiAuthority } from './pki.ts';
import type { Cluster } from './record.ts';

/** Makes kubeconfigs with a client certificate that ends by itself. */
export interface KubeconfigIssuer {
  /** @throws Problem `input-invalid` for a life below a minute or above a year */
  adminKubeconfig(cluster: Cluster, lifeSeconds: number): Promise<string>;
}

/** A certificate of a cluster and when it ends. */
export interface CertificateExpiry {
  readonly name: string;
  readonly expiresAt: Instant;
}

export interface ClusterAccessDependencies {
  readonly clusters: Pick<Clusters, 'get'>;
  readonly secrets: Pick<ClusterSecrets, 'pki'>;
  readonly pki: Pick<PkiAuthority, 'expiryOf'>;
  readonly issuer: KubeconfigIssuer;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Who gets into a cluster as its administrator, and for how long. */
export class ClusterAccess {
  readonly #deps: ClusterAccessDependencies;

  constructor(deps: ClusterAccessDependencies) {
    this.#deps = deps;
  }

  /**
   * A kubeconfig for an administrator. Each is told in the event log: a client certificate cannot be taken back, it can
   * only end soon.
   *
   * @throws Problem `cluster-not-found` or `input-invalid`
   */
  async kubeconfig(
    name: string,
    seconds: number,
    actor: string,
  ): Promise<{ kubeconfig: string; expiresAt: Instant }> {
    const { clusters, issuer, events, clock } = this.#deps;
    const cluster = await clusters.get(name);
    const expiresAt = clock.now() + seconds * 1000;
    const kubeconfig = await issuer.adminKubeconfig(cluster, seconds);
    events.record({
      level: 'warning',
      type: 'cluster.kubeconfig',
      text: `${actor} was given an administrator's kubeconfig of ${name}, good until ${new Date(expiresAt).toISOString()}`,
      actor,
      data: { cluster: name, expiresAt },
    });
    return { kubeconfig, expiresAt };
  }

  /** When the authorities that the appliance made for a cluster end. */
  async certificates(cluster: Cluster): Promise<readonly CertificateExpiry[]> {
    const { ca, etcdCa, frontProxyCa } = await this.#deps.secrets.pki(cluster.name);
    const authorities = { 'cluster CA': ca, 'etcd CA': etcdCa, 'front-proxy CA': frontProxyCa };
    return Object.entries(authorities).map(([title, { certificate }]) => ({
      name: title,
      expiresAt: this.#deps.pki.expiryOf(certificate),
    }));
  }
}
