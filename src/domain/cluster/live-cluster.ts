/**
 * A cluster that answers, as far as the stand-in for `ocne cluster join` needs it. Everything else in this folder works
 * without one.
 */
export interface LiveCluster {
  /** Makes the Secret of a bootstrap token in kube-system (group `system:bootstrappers:kubeadm:default-node-token`). */
  createBootstrapToken(token: string, seconds: number): Promise<void>;
  /** `kubeadm init phase upload-certs` on a control plane, for certificates that only the nodes have. */
  uploadCertificates(certificateKey: string): Promise<void>;
}

/** A node that leaves its cluster for another one. */
export interface NodeMigration {
  readonly node: string;
  /** Kubeconfig of the cluster it is in. */
  readonly source: string;
  /** Kubeconfig of the cluster it goes to. */
  readonly destination: string;
  readonly role: 'control-plane' | 'worker';
}

/** The clusters that kubeconfigs lead to. Implementations load their client on first use. */
export interface LiveClusters {
  open(kubeconfig: string): Promise<LiveCluster>;
  /** Rewrites the node's kubeadm.conf for the destination, resets it, joins it and removes it from the source. */
  migrate(migration: NodeMigration): Promise<void>;
}
