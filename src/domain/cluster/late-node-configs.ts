import { negotiate } from '../../protocol/ignition/negotiate.ts';
import { serialiseConfig } from '../../protocol/ignition/serialise.ts';
import { Problem } from '../error/problem.ts';
import type { Host } from '../host/host.ts';
import type { ClusterApi } from './api.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { NodeConfig, NodeConfigRenderer } from './node-configs.ts';
import { renderNodeIgnition } from './node-ignition.ts';
import type { NodeRole } from './node-ignition.ts';
import type { PkiAuthority } from './pki.ts';
import type { JoinTokens } from './join-tokens.ts';
import type { JoinSecrets } from './secrets.ts';
import type { Cluster } from './record.ts';
import type { TemplateSource } from './templates.ts';

export interface LateNodeConfigDependencies {
  readonly templates: TemplateSource;
  readonly secrets: ClusterSecrets;
  readonly pki: Pick<PkiAuthority, 'pinsOf'>;
  readonly api: Pick<ClusterApi, 'node' | 'forgetNode'>;
  readonly joinTokens: Pick<JoinTokens, 'issue'>;
}

type RenderInput = Parameters<NodeConfigRenderer['render']>[0];

/** Renders Ignition configs with secrets that did not exist a moment before. */
export class LateNodeConfigs implements NodeConfigRenderer {
  readonly #deps: LateNodeConfigDependencies;

  constructor(deps: LateNodeConfigDependencies) {
    this.#deps = deps;
  }

  /** @throws Problem `cluster-invalid` when the client's Ignition is too old for what the cluster file asks */
  async render(input: RenderInput): Promise<NodeConfig> {
    const { cluster } = input.part;
    const resetKubeadm = input.again && beginsAnew(input.part);
    const rendered = renderNodeIgnition(
      {
        cluster: cluster.config,
        role: await this.#roleOf(input),
        host: { hostname: input.host.name, networkInterface: input.networkInterface, report: input.report },
        extra: cluster.extra,
        resetKubeadm,
        ...(cluster.virtualRouterId === undefined ? {} : { virtualRouterId: cluster.virtualRouterId }),
      },
      this.#deps.templates,
    );
    const negotiated = negotiate(rendered.config, input.accept);
    if (!negotiated.ok) {
      const why = negotiated.because.map(({ what, since }) => `${what} needs ${since}`).join('; ');
      throw new Problem(
        'cluster-invalid',
        `The Ignition of ${input.host.name} reads spec ${negotiated.accepted ?? 'below 3.0.0'} at most, but ${why}.`,
      );
    }
    return {
      body: serialiseConfig(negotiated.config),
      contentType: negotiated.contentType,
      secrets: rendered.secrets,
      files: (negotiated.config.storage?.files ?? []).map(({ path }) => path),
      units: (negotiated.config.systemd?.units ?? []).map(({ name }) => name),
      resets: resetKubeadm,
    };
  }

  async #roleOf(input: RenderInput): Promise<NodeRole> {
    const { part, host } = input;
    const pki = await this.#deps.secrets.pki(part.cluster.name);
    const secrets = { kind: 'whole-pki', pki } as const;
    if (part.kind === 'initialise') return { kind: 'init', secrets };
    const bootstrapToken = await this.#openDoor(part.cluster, host, input.again);
    const join: JoinSecrets = { bootstrapToken, caCertHashes: this.#deps.pki.pinsOf(pki.ca.certificate) };
    return host.assignment?.role === 'control-plane'
      ? { kind: 'control-plane-join', join, secrets }
      : { kind: 'worker-join', join };
  }

  /**
   * Lets a host into a cluster: its earlier node is forgotten, as kubeadm refuses to join under the name of a node that is
   * Ready and a drained one would stay cordoned, and a token is made.
   *
   * The API may fall silent between the question whether it answers and this: Ignition then asks again.
   */
  async #openDoor(cluster: Cluster, host: Host, again: boolean): Promise<string> {
    const { api, joinTokens } = this.#deps;
    try {
      const node = await api.node(cluster, host.name);
      if (node.kind === 'ready' && !again)
        throw new Problem('not-yet', `${cluster.name} has a node ${host.name} that is Ready.`, {
          remedy: 'Another machine runs under this name: rename one of them, or delete the node.',
        });
      if (node.kind !== 'absent') await api.forgetNode(cluster, host.name);
      return await joinTokens.issue(cluster, host.id);
    } catch (cause) {
      if (cause instanceof Problem && cause.code === 'not-yet') throw cause;
      throw new Problem('not-yet', `The API of ${cluster.name} did not take a join token.`, { cause });
    }
  }
}

/**
 * Whether what kubeadm did before counts for nothing. A host that joins can always join again. The first one can begin
 * again only while its API was never seen to answer: afterwards its etcd is the cluster, and it goes on with it.
 */
function beginsAnew(part: RenderInput['part']): boolean {
  return part.kind === 'join' || part.cluster.birth.kind !== 'born';
}
