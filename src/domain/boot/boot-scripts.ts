import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { Quieting } from '../access/quieting.ts';
import type { EventLog } from '../event/event.ts';
import type { Host } from '../host/host.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { MediaStore } from '../media/store.ts';
import type { Clock } from '../time/clock.ts';
import { installerArguments, provisioningUrl } from './kernel-arguments.ts';
import type { ProvisioningAddress } from './kernel-arguments.ts';
import type { MachineRequest } from './machine.ts';
import { planBoot } from './plan.ts';
import type { BootPlan } from './plan.ts';
import { renderScript } from './script.ts';
import type { ScriptContent, ScriptLanguage, ScriptTemplates } from './script.ts';
import type { TokenGate } from './token-gate.ts';

export interface BootScriptDependencies {
  readonly hosts: HostInventory;
  readonly media: MediaStore;
  readonly tokens: TokenGate;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly templates: ScriptTemplates;
  /** The machine that this appliance leased an address to, when it did. */
  readonly macAt: (address: Ipv4Address) => MacAddress | undefined;
}

/** Who asks, from where, in which language, and where it reaches us. */
export interface ScriptRequest {
  readonly mac: MacAddress;
  readonly language: ScriptLanguage;
  readonly client: Ipv4Address;
  readonly at: ProvisioningAddress;
}

/** How often the same answer to the same machine is told. */
const REPEAT_SECONDS = 60;

/** Answers running first stages with their scripts. */
export class BootScripts {
  readonly #deps: BootScriptDependencies;
  readonly #quieting: Quieting;

  constructor(deps: BootScriptDependencies) {
    this.#deps = deps;
    this.#quieting = new Quieting(deps.clock, REPEAT_SECONDS);
  }

  /** The script for a machine; always an answer, as a machine without one shows an error nobody understands. */
  async scriptFor(request: ScriptRequest): Promise<string> {
    const content = await this.#contentFor(request);
    return renderScript(content, request.language, request, request.at, this.#deps.templates);
  }

  async #contentFor(request: ScriptRequest): Promise<ScriptContent> {
    const { hosts, media, clock } = this.#deps;
    if (hosts.byMac(request.mac) === undefined) await this.#sight(request);
    const host = hosts.byMac(request.mac);
    const names = new Set((await media.list()).map((medium) => medium.name));
    const machine: MachineRequest = {
      mac: request.mac,
      program: request.language,
      question: 'script',
      transport: 'http',
      server: request.at.server,
    };
    const plan = planBoot(machine, {
      host,
      hasMedium: (name) => names.has(name),
      hasFile: () => true,
      now: clock.now(),
    });
    this.#record(plan, request, host);
    switch (plan.kind) {
      case 'wait':
      case 'local-disk':
        return plan;
      case 'install':
        return this.#install(plan, request);
      case 'ignore':
      case 'first-stage':
      case 'script-location':
        return { kind: 'local-disk', reason: 'this machine has nothing to boot from here' };
    }
  }

  async #install(plan: BootPlan & { kind: 'install' }, request: ScriptRequest): Promise<ScriptContent> {
    const { host } = plan;
    const imposter = this.#imposter(request);
    if (imposter !== undefined) return { kind: 'wait', reason: imposter, retrySeconds: 60 };
    const medium = await this.#deps.media.get(plan.medium);
    if (medium === undefined)
      return { kind: 'wait', reason: `medium ${plan.medium} is missing`, retrySeconds: 15 };
    await this.#deps.hosts.apply(host.id, { type: 'script-fetched', mac: request.mac }, request.client);
    const token = await this.#deps.tokens.mint(host.id, plan.installId);
    const url = (path: string): string => provisioningUrl(request.at, path);
    const locations = {
      kickstart: url(`/t/${token}/kickstart`),
      ignition: url(`/t/${token}/ignition`),
      stage2: url(`/media/${medium.name}`),
    };
    return {
      kind: 'install',
      hostName: host.name,
      medium: medium.name,
      kernel: `/media/${medium.name}/${medium.kernel}`,
      initrd: `/media/${medium.name}/${medium.initrd}`,
      arguments: installerArguments(host, request.mac, locations),
    };
  }

  /**
   * A MAC in a URL proves nothing. Where the appliance leased the address that the request comes from, the lease must
   * be of that MAC, so that a neighbour cannot fetch another host's token by naming it.
   */
  #imposter({ mac, client }: ScriptRequest): string | undefined {
    const leased = this.#deps.macAt(client);
    if (leased === undefined || leased === mac) return undefined;
    const owner = this.#deps.hosts.byMac(mac);
    if (owner !== undefined && owner.macs.includes(leased)) return undefined;
    this.#deps.events.record({
      level: 'alert',
      type: 'boot.imposter',
      text: `${client}, leased to ${leased}, asked for the install script of ${mac} and was refused`,
      host: owner?.id,
      address: client,
    });
    return `this address was not given to ${mac}`;
  }

  /** Takes note of a machine that DHCP did not see, such as one that a site's own server gave its address. */
  async #sight({ mac, client }: ScriptRequest): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.hosts.sighted({ at, network: 'HTTP', mac, address: client });
  }

  #record(plan: BootPlan, request: ScriptRequest, host: Host | undefined): void {
    // A machine that waits asks every few seconds; a stranger may ask for anything.
    const repeated = this.#quieting.pass(`${request.client} ${host?.id ?? ''} ${plan.kind}`);
    if (repeated === undefined) return;
    const what = 'reason' in plan ? `${plan.kind}: ${plan.reason}` : plan.kind;
    this.#deps.events.record({
      level: 'info',
      type: 'boot.script',
      text: `${host?.name ?? request.mac} fetched its ${request.language} script (${what})`,
      host: host?.id,
      address: request.client,
      data: { plan: plan.kind, mac: request.mac },
    });
  }
}
