import { X509Certificate, createHash } from 'node:crypto';
import { Agent, request } from 'node:https';
import { FakeKubernetes } from '../fakes/kubernetes/server.ts';
import type { NodeOrders } from './node-config.ts';

export interface EndpointOptions {
  readonly address: string;
  readonly port: number;
  /** Puts the endpoint's address on the device of the fleet. */
  readonly claim: () => Promise<void>;
}

/**
 * The cluster that the fleet becomes: its API comes up with the CA that the first control plane was given, and a node only
 * comes to be with a join token that this API has as a Secret, and with the pin of this CA.
 */
export class SimulatedControlPlane {
  readonly #options: EndpointOptions;
  readonly #nodes = new Set<string>();
  #api: FakeKubernetes | undefined;
  #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  #pin = '';
  #initialisedBy: string | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  get nodes(): ReadonlySet<string> {
    return this.#nodes;
  }

  get initialisedBy(): string | undefined {
    return this.#initialisedBy;
  }

  /** `kubeadm init`. @throws Error on a second one, or without a CA */
  async initialise(node: string, { ca }: NodeOrders): Promise<void> {
    if (this.#initialisedBy !== undefined)
      throw new Error(`kubeadm init on ${node} after ${this.#initialisedBy}: the cluster is split`);
    if (ca === undefined) throw new Error(`${node} has no CA to start a cluster with`);
    this.#initialisedBy = node;
    await this.#options.claim();
    const { address, port } = this.#options;
    this.#pin = pinOf(ca.certificate);
    this.#agent = new Agent({ keepAlive: true, maxSockets: 32, ca: ca.certificate });
    this.#api = await FakeKubernetes.start({ address, port, ca, endpointHost: address });
    this.#register(node);
  }

  /** `kubeadm join`. @throws Error when the token or the pin is not of this cluster, or the node is there already */
  async join(node: string, { join, ca }: NodeOrders): Promise<void> {
    if (join === undefined) throw new Error(`${node} has nothing to join with`);
    if (!join.pins.includes(this.#pin)) throw new Error(`${node} would not trust this cluster's CA`);
    if (ca !== undefined && pinOf(ca.certificate) !== this.#pin)
      throw new Error(`${node} was given the CA of another cluster`);
    const status = await this.#readNodes(join.token);
    if (status !== 200) throw new Error(`the API answers ${status} to the join token of ${node}`);
    this.#register(node);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#api?.down();
  }

  #readNodes(token: string): Promise<number> {
    const { address, port } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = { authorization: `Bearer ${token}` };
    // One node, which may not exist: the answer to a list would grow with the fleet.
    const path = '/api/v1/nodes?limit=1';
    const sent = request({ host: address, port, path, headers, agent: this.#agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
    return promise;
  }

  /** What the kubelet does once its certificate is signed. */
  #register(name: string): void {
    if (this.#nodes.has(name)) throw new Error(`there is a node ${name} already`);
    this.#nodes.add(name);
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    };
    this.#api?.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { conditions: [ready] } });
  }
}

/** The pin of kubeadm's discovery: SHA-256 of the public key (RFC 7469 §2.4), in hex. */
function pinOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('hex');
}
