/**
 * A cluster that answers, as far as joining and moving nodes needs it. Everything else in this folder works without.
 */
export interface LiveCluster {
  /** Makes the Secret of a bootstrap token in kube-system (group `system:bootstrappers:kubeadm:default-node-token`). */
  createBootstrapToken(token: string, timeToLive: number): Promise<void>;
  /** `kubeadm init phase upload-certs` on a control plane, for those whose keys only the nodes have. */
  uploadCertificates(certificateKey: string): Promise<void>;
  /** Names of the control-plane nodes, oldest first. */
  controlPlaneNodes(): Promise<readonly string[]>;
  /** `controlPlaneEndpoint` of the ConfigMap kubeadm-config. */
  controlPlaneEndpoint(): Promise<string>;
  hasNode(name: string): Promise<boolean>;
}

/** Opens the cluster of a kubeconfig. Implementations load their client on first use. */
export interface LiveClusters {
  open(kubeconfigPath: string): Promise<LiveCluster>;
}

/** Moves a node from the cluster it is in to another one (`cluster join --node --destination`). */
export interface NodeMigration {
  readonly node: string;
  readonly source: LiveCluster;
  readonly destination: LiveCluster;
  readonly role: 'control-plane' | 'worker';
}
