import type { NodeRole } from '../host/host.ts';

/**
 * A cluster that answers, as far as the stand-in for `ocne cluster join` needs it. Everything else in this folder works
 * without one.
 */
export interface LiveCluster {
  /** Certificates of the authorities that the kubeconfig trusts, PEM. */
  readonly ca: string;
  /** Makes the Secret of a bootstrap token in kube-system (group `system:bootstrappers:kubeadm:default-node-token`). */
  createBootstrapToken(token: string, seconds: number): Promise<void>;
  /** What a node is; undefined when there is none of this name. */
  roleOf(node: string): Promise<NodeRole | undefined>;
  /** Names of the nodes that run its control plane. */
  controlPlanes(): Promise<readonly string[]>;
  /** From kubeadm's own record, the ConfigMap `kubeadm-config`. */
  kubeadm(): Promise<{
    /** `controlPlaneEndpoint`. */
    readonly host: string;
    readonly port: number;
    readonly kubernetesVersion: string;
  }>;
}

/** The clusters that kubeconfigs lead to. Implementations load their client on first use. */
export interface LiveClusters {
  /** @throws Problem `input-invalid` naming what the kubeconfig asks for that is not supported */
  open(kubeconfig: string): Promise<LiveCluster>;
}
