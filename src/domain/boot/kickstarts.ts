import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { ImageStore } from '../media/store.ts';
import { provisioningUrl, systemArguments } from './kernel-arguments.ts';
import type { ProvisioningAddress } from './kernel-arguments.ts';
import { renderKickstart } from './kickstart.ts';
import type { ScriptTemplates } from './script.ts';
import { admit } from './token-gate.ts';
import type { TokenGate } from './token-gate.ts';

export interface KickstartDependencies {
  readonly hosts: HostInventory;
  readonly images: ImageStore;
  readonly tokens: TokenGate;
  readonly events: EventLog;
  readonly templates: ScriptTemplates;
}

/** Hands each installer the Kickstart of its host; fetching it is what starts an install. */
export class Kickstarts {
  readonly #deps: KickstartDependencies;

  constructor(deps: KickstartDependencies) {
    this.#deps = deps;
  }

  /** @throws Problem `token-refused`, `image-not-found`, or `host-state` when the install may not start (any more) */
  async fetch(token: string, client: Ipv4Address, at: ProvisioningAddress): Promise<string> {
    const { hosts, tokens, images, events, templates } = this.#deps;
    const { host, firstUse } = await admit(tokens, hosts, token, 'kickstart', client);
    const started = await this.#start(host, firstUse, client);
    const { install } = started;
    const image = install === undefined ? undefined : await images.get(install.image);
    if (image === undefined) {
      throw new Problem('image-not-found', `The image of ${host.name} is not there any more.`);
    }
    const tokenUrl = provisioningUrl(at, `/t/${token}`);
    const imageUrl = provisioningUrl(at, `/images/${image.name}`);
    const mac = started.install?.bootMac ?? firstMac(started);
    const locations = { kickstart: `${tokenUrl}/kickstart`, ignition: `${tokenUrl}/ignition`, stage2: '' };
    events.record({
      level: 'info',
      type: 'boot.kickstart',
      text: `${host.name} fetched its Kickstart`,
      host: host.id,
      address: client,
    });
    return renderKickstart(
      {
        host: started,
        mac,
        tokenUrl,
        imageUrl,
        ref: image.ref,
        systemArguments: systemArguments(started, mac, locations),
      },
      templates,
    );
  }

  /** An installer may fetch its Kickstart more than once; each start of the machine comes with a token of its own. */
  async #start(host: Host, firstUse: boolean, client: Ipv4Address): Promise<Host> {
    if (!firstUse && host.state === 'installing') return host;
    const started = await this.#deps.hosts.apply(host.id, { type: 'installer-started' }, client);
    if (started.state === 'installing') return started;
    throw new Problem('host-state', `${host.name} is ${started.state} and does not install.`);
  }
}

function firstMac(host: Host): Host['macs'][number] {
  const [mac] = host.macs;
  if (mac === undefined) throw new Problem('host-incomplete', `${host.name} has no MAC address.`);
  return mac;
}
