/**
 * A cluster on metal as its file describes it, with every default in place and every combination checked.
 * The field names are those of the `ocne` cluster file (byo provider); absent text is the empty string, as there.
 */
export interface ClusterConfig {
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly osTag: string;
  readonly osRegistry: string;
  readonly registry: string;
  readonly endpoint: Endpoint;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly kubeProxyMode: 'iptables' | 'ipvs';
  readonly cni: '' | 'flannel' | 'none';
  readonly proxy: Proxy;
  readonly certificateInformation: CertificateInformation;
  readonly cipherSuites: string;
  readonly controlPlaneNodes: number;
  readonly workerNodes: number;
  readonly sshPublicKey: string;
  /** A crypt(3) hash, never a password. */
  readonly password: string;
  /** Absolute path, or empty. */
  readonly extraIgnition: string;
  readonly extraIgnitionInline: string;
  readonly byo: { readonly networkInterface: string; readonly automaticTokenCreation: boolean };
  readonly addons: Addons;
}

/** Who answers for the API: an address that the control planes carry among themselves, or somebody else's balancer. */
export type Endpoint =
  | {
      readonly kind: 'virtual-ip';
      readonly host: string;
      readonly port: number;
      readonly apiServerPort: number;
    }
  | {
      readonly kind: 'load-balancer';
      readonly host: string;
      readonly port: number;
      readonly apiServerPort: number;
    };

export interface Proxy {
  readonly httpsProxy: string;
  readonly httpProxy: string;
  readonly noProxy: string;
}

export interface CertificateInformation {
  readonly country: string;
  readonly org: string;
  readonly orgUnit: string;
  readonly state: string;
}

/** What is installed once the API answers. */
export interface Addons {
  readonly headless: boolean;
  readonly catalog: boolean;
  readonly communityCatalog: boolean;
  readonly catalogs: readonly Catalog[];
  readonly applications: readonly Application[];
}

export interface Catalog {
  readonly protocol?: string | undefined;
  readonly uri?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

export interface Application {
  readonly name?: string | undefined;
  readonly release?: string | undefined;
  readonly version?: string | undefined;
  readonly catalog?: string | undefined;
  readonly namespace?: string | undefined;
  readonly config?: unknown;
  readonly configFrom?: string | undefined;
}
