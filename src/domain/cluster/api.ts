import type { Cluster } from './record.ts';

/** Whether the API server of a cluster answers. */
export type ApiHealth = { readonly kind: 'answers' } | { readonly kind: 'silent'; readonly reason: string };

/** A node as the cluster sees it. */
export type NodeHealth =
  | { readonly kind: 'ready' }
  | { readonly kind: 'not-ready'; readonly reason: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The Kubernetes API of the clusters. Every call is bounded in time; none throws for a cluster that does not answer. */
export interface ClusterApi {
  health(cluster: Cluster): Promise<ApiHealth>;
  node(cluster: Cluster, name: string): Promise<NodeHealth>;
  /** Deletes a Node, as of a machine that was erased; one that is gone already is fine. @throws when the cluster refuses it */
  forgetNode(cluster: Cluster, name: string): Promise<void>;
  /** Puts a kubeadm bootstrap token into the cluster. @throws when the cluster refuses it */
  createBootstrapToken(cluster: Cluster, token: string, seconds: number): Promise<void>;
  /** Takes a token back by itself or its public half; a token that is gone already is fine. */
  deleteBootstrapToken(cluster: Cluster, token: string): Promise<void>;
}
