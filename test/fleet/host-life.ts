import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_DISK_FILE } from '../../src/domain/boot/plan.ts';
import type { DhcpClients, Lease } from './dhcp-client.ts';
import type { DhcpProgram } from './dhcp-packets.ts';
import type { FleetAddresses } from './addresses.ts';
import type { SimulatedControlPlane } from './control-plane.ts';
import { ask, fetchText } from './http-client.ts';
import type { HttpAsk } from './http-client.ts';
import { fetchIgnition } from './ignition-client.ts';
import { kernelArgument, readIpxeScript } from './ipxe-script.ts';
import type { ScriptOutcome } from './ipxe-script.ts';
import { factsReport, readKickstart } from './kickstart.ts';
import type { KickstartOrders } from './kickstart.ts';
import type { FleetMachine } from './machine.ts';
import { readNodeConfig } from './node-config.ts';
import type { NodeOrders } from './node-config.ts';
import type { Stopwatch } from './stopwatch.ts';
import { fetchByTftp } from './tftp-client.ts';

/** What all machines of a fleet share. */
export interface FleetWorld {
  readonly dhcp: DhcpClients;
  readonly addresses: FleetAddresses;
  readonly controlPlane: SimulatedControlPlane;
  readonly stopwatch: Stopwatch;
  /** Real seconds per second that hardware would take. */
  readonly timeScale: number;
  /** How much of kernel, initrd and stage2 each machine moves, in bytes; the rest is asked for and left alone. */
  readonly mediaBytes: number;
  readonly signal: AbortSignal;
}

/** Seconds that hardware takes between what it says on the wire; a server of today with an SSD. */
const PACE = {
  selfTest: 30,
  firstStage: 2,
  installerStart: 40,
  disk: 5,
  image: 180,
  shutdown: 15,
  systemStart: 25,
  /** `kubeadm init` with its images on the disk already, as OCK has them. */
  init: 90,
  join: 40,
  script: 15,
} as const;

const TRIES = 5;

/** One machine from power-on to node, through the appliance's real ports. */
export class HostLife {
  readonly #machine: FleetMachine;
  readonly #world: FleetWorld;
  #address: string | undefined;

  constructor(machine: FleetMachine, world: FleetWorld) {
    this.#machine = machine;
    this.#world = world;
  }

  get address(): string | undefined {
    return this.#address;
  }

  /** @throws Error when anything is not as this machine needs it */
  async run(): Promise<void> {
    const script = await this.#bootFromNetwork();
    if (script.kind !== 'install')
      throw new Error(`${this.#machine.name} was told to start from its disk, not to install`);
    const orders = await this.#install(script);
    await this.#pause('shutdown');
    const second = await this.#bootFromNetwork();
    if (second.kind !== 'local-disk') throw new Error(`${this.#machine.name} would be installed twice`);
    await this.#pause('systemStart');
    await this.#lease('system');
    const node = await this.#ignite(orders);
    await this.#pause(node.action);
    const { controlPlane, stopwatch } = this.#world;
    if (node.action === 'init') await controlPlane.initialise(this.#machine.name, node);
    else await stopwatch.around('join token at the API', () => controlPlane.join(this.#machine.name, node));
    await this.#report(node);
  }

  /** Self test, PXE, first stage by TFTP, and its script until that is something else than to wait. */
  async #bootFromNetwork(): Promise<ScriptOutcome> {
    const { stopwatch } = this.#world;
    await this.#pause('selfTest');
    const rom = await this.#lease('firmware');
    const file = rom.bootFile ?? '';
    const server = rom.server;
    if (file === LOCAL_DISK_FILE) return this.#failToBoot(rom);
    await stopwatch.around(`TFTP ${file}`, () =>
      fetchByTftp({ localAddress: rom.address, server, file }, stopwatch),
    );
    await this.#pause('firstStage');
    const { bootFile, address } = await this.#lease('ipxe');
    for (let tries = 0; tries < TRIES; tries += 1) {
      const text = await this.#fetch('iPXE script', { url: bootFile ?? '', localAddress: address });
      const script = readIpxeScript(text);
      if (script.kind !== 'wait') return script;
      stopwatch.count('iPXE script told to wait');
      await this.#pause('script');
    }
    throw new Error(`${this.#machine.name} is told to wait for ever`);
  }

  /** Firmware that gets no file goes on with its own boot order: the disk. A file here would start the network once more. */
  async #failToBoot({ address, server, bootFile = '' }: Lease): Promise<ScriptOutcome> {
    const { stopwatch } = this.#world;
    const fetch = { localAddress: address, server, file: bootFile };
    const started = await fetchByTftp(fetch, stopwatch).then(
      () => true,
      () => false,
    );
    if (started) throw new Error(`${this.#machine.name} was to start its disk and was given a file`);
    stopwatch.count('firmware sent on to its disk');
    return { kind: 'local-disk' };
  }

  async #install(script: Extract<ScriptOutcome, { kind: 'install' }>): Promise<KickstartOrders> {
    const { stopwatch } = this.#world;
    for (const url of [script.kernel, script.initrd]) await this.#media('kernel and initrd', url);
    await this.#pause('installerStart');
    const lease = await this.#lease('system');
    const localAddress = lease.address;
    const stage2 = kernelArgument(script.arguments, 'inst.stage2');
    await this.#fetch('.treeinfo', { url: `${stage2}/.treeinfo`, localAddress });
    await this.#media('stage2', `${stage2}/images/install.img`);
    const kickstart = kernelArgument(script.arguments, 'inst.ks');
    const orders = readKickstart(await this.#fetch('Kickstart', { url: kickstart, localAddress }));
    if (`${orders.tokenUrl}/kickstart` !== kickstart)
      throw new Error(`the Kickstart of ${this.#machine.name} reports with another token`);
    await this.#post('facts', orders, factsReport({ ...this.#machine, address: localAddress }));
    await this.#post('progress', orders, 'facts reported, choosing the disk');
    await this.#pause('disk');
    await this.#post('progress', orders, 'installing on sda');
    for (const path of ['config', 'summary', `refs/heads/${orders.ref}`]) {
      await stopwatch.around('image metadata', () =>
        ask({ url: `${orders.imageUrl}/${path}`, localAddress }),
      );
    }
    await this.#pause('image');
    await this.#post('progress', orders, 'installed');
    return orders;
  }

  async #ignite(orders: KickstartOrders): Promise<NodeOrders> {
    const { stopwatch, signal } = this.#world;
    const { name, role } = this.#machine;
    const body = await fetchIgnition(orders.ignitionUrl, this.#address ?? '', stopwatch, signal);
    const node = readNodeConfig(body);
    if (node.hostname !== name) throw new Error(`${name} was given the config of ${node.hostname}`);
    if (!orders.tokenUrl.endsWith(`/t/${node.report.token}`))
      throw new Error(`${name} was given the boot token of another host`);
    if (role === 'worker' && (node.action === 'init' || node.ca !== undefined))
      throw new Error(`${name} is a worker and was given what control planes get`);
    if (role === 'control-plane' && node.ca === undefined) throw new Error(`${name} was given no CA`);
    return node;
  }

  /**
   * `hearth-report.service`. The appliance may have seen the node become Ready before it reports; its token is dead then,
   * and report.sh takes that as the end too.
   */
  async #report(node: NodeOrders): Promise<void> {
    const { stopwatch } = this.#world;
    const form = { result: 'success', hostname: this.#machine.name, status: '0', journal: '' };
    const headers = {
      Authorization: `Bearer ${node.report.token}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const localAddress = this.#address ?? '';
    const body = new URLSearchParams(form).toString();
    const sent = { url: node.report.url, localAddress, method: 'POST', headers, body } as const;
    const { status } = await stopwatch.around('report of the node', () => ask(sent));
    if ([401, 403, 404, 410].includes(status)) stopwatch.count('report after the node was seen Ready');
    else if (status !== 200)
      throw new Error(`the report of ${this.#machine.name} is answered with ${status}`);
  }

  /** @throws Error when the machine is given another address than before */
  async #lease(program: DhcpProgram): Promise<Lease> {
    const { dhcp, addresses, stopwatch } = this.#world;
    const lease = await dhcp.lease(this.#machine, program);
    stopwatch.count('leases acknowledged');
    if (this.#address !== undefined && this.#address !== lease.address)
      throw new Error(`${this.#machine.name} had ${this.#address} and was given ${lease.address}`);
    this.#address = lease.address;
    await addresses.add(lease.address);
    return lease;
  }

  async #media(what: string, url: string): Promise<void> {
    const { mediaBytes } = this.#world;
    const localAddress = this.#address ?? '';
    if (mediaBytes === 0) await this.#fetch(what, { url, localAddress, method: 'HEAD' });
    else await this.#fetch(what, { url, localAddress, headers: { Range: `bytes=0-${mediaBytes - 1}` } });
  }

  async #post(what: string, { tokenUrl }: KickstartOrders, body: string): Promise<void> {
    const headers = { 'Content-Type': 'text/plain' };
    const localAddress = this.#address ?? '';
    await this.#fetch(what, { url: `${tokenUrl}/${what}`, localAddress, method: 'POST', headers, body });
  }

  #fetch(what: string, request: HttpAsk): Promise<string> {
    return this.#world.stopwatch.around(what, () => fetchText(request));
  }

  async #pause(what: keyof typeof PACE): Promise<void> {
    const { timeScale, signal } = this.#world;
    await sleep(PACE[what] * 1000 * timeScale, undefined, { signal });
  }
}
