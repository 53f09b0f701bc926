import { negotiate } from '../../protocol/ignition/negotiate.ts';
import { serialiseConfig } from '../../protocol/ignition/serialise.ts';
import { Problem } from '../error/problem.ts';
import type { ClusterApi } from './api.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';
import type { NodeConfig, NodeConfigRenderer } from './node-configs.ts';
import { renderNodeIgnition } from './node-ignition.ts';
import type { NodeRole } from './node-ignition.ts';
import type { PkiAuthority } from './pki.ts';
import { makeBootstrapToken } from './secrets.ts';
import type { JoinSecrets, RandomBytes } from './secrets.ts';
import type { Cluster } from './record.ts';
import type { TemplateSource } from './templates.ts';

export interface LateNodeConfigDependencies {
  readonly templates: TemplateSource;
  readonly secrets: ClusterSecrets;
  readonly pki: Pick<PkiAuthority, 'pinsOf'>;
  readonly api: Pick<ClusterApi, 'createBootstrapToken'>;
  readonly random: RandomBytes;
}

/** From the fetch in the initramfs to kubeadm's discovery; a slow machine boots within this. */
const JOIN_TOKEN_SECONDS = 30 * 60;

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
    const rendered = renderNodeIgnition(
      {
        cluster: cluster.config,
        role: await this.#roleOf(input),
        host: { hostname: input.host.name, networkInterface: input.networkInterface, report: input.report },
        extra: cluster.extra,
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
    };
  }

  async #roleOf({ part, host }: RenderInput): Promise<NodeRole> {
    const pki = await this.#deps.secrets.pki(part.cluster.name);
    const secrets = { kind: 'whole-pki', pki } as const;
    if (part.kind === 'initialise') return { kind: 'init', secrets };
    const bootstrapToken = makeBootstrapToken(this.#deps.random);
    await this.#enterToken(part.cluster, bootstrapToken);
    const join: JoinSecrets = { bootstrapToken, caCertHashes: this.#deps.pki.pinsOf(pki.ca.certificate) };
    return host.assignment?.role === 'control-plane'
      ? { kind: 'control-plane-join', join, secrets }
      : { kind: 'worker-join', join };
  }

  /** The API may fall silent between the question whether it answers and this: Ignition then asks again. */
  async #enterToken(cluster: Cluster, token: string): Promise<void> {
    try {
      await this.#deps.api.createBootstrapToken(cluster, token, JOIN_TOKEN_SECONDS);
    } catch (cause) {
      throw new Problem('not-yet', `The API of ${cluster.name} did not take a join token.`, { cause });
    }
  }
}
