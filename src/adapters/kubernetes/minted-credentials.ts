import type { ClusterSecrets } from '../../domain/cluster/cluster-secrets.ts';
import { hostPort } from '../../domain/cluster/address.ts';
import { renderKubeconfig } from '../../domain/cluster/kubeconfig.ts';
import type { CertificateAndKey, PkiAuthority } from '../../domain/cluster/pki.ts';
import type { Cluster } from '../../domain/cluster/record.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { Clock, Instant } from '../../domain/time/clock.ts';
import type { ApiCredentials } from './connection.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The certificate that the appliance itself uses; it never leaves the process, so it need not live long. */
const OWN_LIFE = 12 * HOUR;
/** Renewed this long before its end, so that no call is made with a certificate about to expire. */
const RENEW_BEFORE = 2 * HOUR;
/** kubeadm's own admin certificate lives a year; nobody needs a longer one from a service that hands out new ones. */
const MAX_LIFE = 365 * DAY;

interface Minted {
  readonly credentials: Promise<ApiCredentials>;
  readonly expires: Instant;
}

/** Makes administrator certificates of a cluster's own CA: for the appliance's calls, and for people on request. */
export class MintedCredentials {
  readonly #secrets: Pick<ClusterSecrets, 'pki'>;
  readonly #pki: Pick<PkiAuthority, 'createAdminCertificate'>;
  readonly #clock: Clock;
  readonly #minted = new Map<string, Minted>();

  constructor(deps: {
    readonly secrets: Pick<ClusterSecrets, 'pki'>;
    readonly pki: Pick<PkiAuthority, 'createAdminCertificate'>;
    readonly clock: Clock;
  }) {
    this.#secrets = deps.secrets;
    this.#pki = deps.pki;
    this.#clock = deps.clock;
  }

  /** The appliance's own credentials: the same object until it is renewed. Callers at the same time share one signature. */
  async credentials(cluster: Cluster): Promise<ApiCredentials> {
    // A cluster that was removed and made again under its name has another CA.
    const key = `${cluster.name}/${cluster.createdAt}`;
    const kept = this.#minted.get(key);
    const now = this.#clock.now();
    if (kept !== undefined && kept.expires - RENEW_BEFORE > now) return kept.credentials;
    const credentials = this.#mint(cluster);
    this.#minted.set(key, { credentials, expires: now + OWN_LIFE });
    credentials.catch(() => this.#minted.delete(key));
    return credentials;
  }

  /**
   * A kubeconfig for an administrator, with the port of the cluster file and a client certificate that ends by itself.
   *
   * @throws Problem `input-invalid` for a life below a minute or above a year
   */
  async adminKubeconfig(cluster: Cluster, lifeSeconds: number): Promise<string> {
    const life = lifeSeconds * 1000;
    if (!Number.isFinite(life) || life < 60_000 || life > MAX_LIFE)
      throw new Problem('input-invalid', 'A kubeconfig lives between a minute and a year.');
    const { ca, admin } = await this.#certify(cluster, life);
    const { host, port } = cluster.config.endpoint;
    return renderKubeconfig({ host, port, caCertificate: ca, admin });
  }

  async #mint(cluster: Cluster): Promise<ApiCredentials> {
    const { ca, admin } = await this.#certify(cluster, OWN_LIFE);
    const { host, port } = cluster.config.endpoint;
    return { ca, ...admin, server: new URL(`https://${hostPort(host, port)}`) };
  }

  async #certify(cluster: Cluster, life: number): Promise<{ ca: string; admin: CertificateAndKey }> {
    const { ca } = await this.#secrets.pki(cluster.name);
    const { endpoint, serviceSubnet } = cluster.config;
    const request = { endpointHost: endpoint.host, serviceSubnet, days: life / DAY };
    return { ca: ca.certificate, admin: await this.#pki.createAdminCertificate(ca, request) };
  }
}
