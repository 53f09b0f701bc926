import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { admit } from '../boot/token-gate.ts';
import type { TokenGate } from '../boot/token-gate.ts';
import { provisioningUrl } from '../boot/kernel-arguments.ts';
import type { ProvisioningAddress } from '../boot/kernel-arguments.ts';
import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { ClusterBirths, NodePart } from './birth.ts';

/** A rendered config and what is secret in it, by kind, for the audit trail. */
export interface NodeConfig {
  /** One line of JSON. */
  readonly body: string;
  readonly contentType: string;
  readonly secrets: readonly string[];
  /** Paths of the files and names of the units in it, for the audit trail. */
  readonly files: readonly string[];
  readonly units: readonly string[];
  /** What kubeadm did on the host before is undone first. */
  readonly resets: boolean;
}

/** Makes the Ignition config of a node at the moment of the fetch, secrets included. */
export interface NodeConfigRenderer {
  render(input: {
    readonly host: Host;
    readonly part: Exclude<NodePart, { kind: 'wait' }>;
    /** Where the node reports its outcome, and the token it shows there. */
    readonly report: { readonly url: string; readonly bootToken: string };
    /** Interface for the node's address, from the host, its facts or the cluster file. */
    readonly networkInterface: string;
    /** This install's config was fetched before: Ignition runs a second time on the same disk. */
    readonly again: boolean;
    /** The client's Accept header. */
    readonly accept: string | undefined;
  }): Promise<NodeConfig>;
}

export type NodeConfigAnswer =
  | { readonly kind: 'config'; readonly config: NodeConfig }
  | { readonly kind: 'wait'; readonly reason: string; readonly retryAfterSeconds: number };

export interface NodeConfigDependencies {
  readonly hosts: HostInventory;
  readonly tokens: TokenGate;
  readonly births: ClusterBirths;
  readonly renderer: NodeConfigRenderer;
  readonly events: EventLog;
}

/** Ignition doubles its own pause up to 5 s whatever is said here; other clients obey. */
const RETRY_AFTER_SECONDS = 5;

/** Answers Ignition in the initramfs. */
export class NodeConfigs {
  readonly #deps: NodeConfigDependencies;

  constructor(deps: NodeConfigDependencies) {
    this.#deps = deps;
  }

  /** @throws Problem `token-refused`: Ignition gives up on any 4xx, which is right for a token that is dead */
  async fetch(
    token: string,
    client: Ipv4Address,
    accept: string | undefined,
    at: ProvisioningAddress,
  ): Promise<NodeConfigAnswer> {
    const { hosts, tokens, births, renderer, events } = this.#deps;
    const { host } = await admit(tokens, hosts, token, 'ignition', client);
    const part = await births.partOf(host);
    if (part.kind === 'wait') {
      const waiting = await hosts.apply(host.id, { type: 'ignition-waiting', reason: part.reason }, client);
      if (waiting.state !== 'installed')
        throw new Problem('token-refused', `${host.name} is ${waiting.state}.`);
      return { kind: 'wait', reason: part.reason, retryAfterSeconds: RETRY_AFTER_SECONDS };
    }
    // ocne #152: `ignition.firstboot` stays on the kernel command line when the machine is reset before
    // ocne-disable-ignition has run. The token is bound to the address that fetched first, so this is the same machine.
    const again = host.install?.initialises !== undefined;
    const config = await renderer.render({
      host,
      part,
      report: { url: provisioningUrl(at, '/report'), bootToken: token },
      networkInterface: interfaceOf(host) ?? part.cluster.config.byo.networkInterface,
      again,
      accept,
    });
    const initialises = part.kind === 'initialise';
    const after = await hosts.apply(host.id, { type: 'ignition-fetched', initialises }, client);
    // Released, cancelled or armed anew while this was rendered: its secrets are not for it any more.
    if (after.state !== 'igniting') throw new Problem('token-refused', `${host.name} is ${after.state}.`);
    await tokens.bindIgnition(token, client);
    events.record({
      level: 'info',
      type: 'boot.ignition',
      text: `${host.name} fetched its Ignition config${again ? ' again' : ''} to ${part.kind} ${part.cluster.name}${aftermath(again, config)}; in it: ${config.secrets.join(', ')}`,
      host: host.id,
      address: client,
      data: {
        part: part.kind,
        cluster: part.cluster.name,
        again,
        secrets: config.secrets.join(' '),
        files: config.files.join(' '),
        units: config.units.join(' '),
      },
    });
    return { kind: 'config', config };
  }
}

function aftermath(again: boolean, { resets }: NodeConfig): string {
  if (!again) return '';
  return resets
    ? '. It was reset during its first boot; what kubeadm had begun there is undone first'
    : '. It was reset during its first boot; the cluster lives on it, so it goes on with what is there';
}

/** The interface of a node's address: the host's own word first, then the one whose MAC booted. */
export function interfaceOf(host: Host): string | undefined {
  const mac = host.install?.bootMac ?? host.macs[0];
  return host.nic ?? host.facts?.nics.find((nic) => nic.mac === mac)?.name;
}
