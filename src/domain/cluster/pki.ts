import type { CertificateInformation } from './config.ts';
import type { Instant } from '../time/clock.ts';

/** A certificate and its private key, both PEM; the key is PKCS#1, as kubeadm and `ocne` write it. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** Everything that the control planes of one cluster have in common (kubeadm's "shared certificates"). */
export interface ClusterPki {
  readonly ca: CertificateAndKey;
  readonly etcdCa: CertificateAndKey;
  readonly frontProxyCa: CertificateAndKey;
  /** Signs service account tokens; an RSA pair without a certificate. */
  readonly serviceAccount: { readonly publicKey: string; readonly privateKey: string };
}

/** Makes and signs. Keys come from the thread pool; nothing here blocks the event loop for longer than one signature. */
export interface PkiAuthority {
  /** A self-signed CA with `ocne`'s subject: CN is the virtual IP or load balancer. */
  createCa(commonName: string, information: CertificateInformation): Promise<CertificateAndKey>;
  createClusterPki(commonName: string, information: CertificateInformation): Promise<ClusterPki>;
  /** The client certificate of the administrator's kubeconfig. */
  createAdminCertificate(ca: CertificateAndKey, request: AdminCertificateRequest): Promise<CertificateAndKey>;
  /** `sha256:<hex>` of the SubjectPublicKeyInfo of each certificate in a PEM text. */
  pinsOf(certificates: string): string[];
  expiryOf(certificate: string): Instant;
}

export interface AdminCertificateRequest {
  /** Host of the API endpoint; an address becomes an IP SAN, a name a DNS SAN. */
  readonly endpointHost: string;
  /** Comma list; the first address of each becomes a SAN. */
  readonly serviceSubnet: string;
  /** Days of validity; a year when absent. */
  readonly days?: number;
}
