import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Appliance } from './appliance.ts';
import { buildAssets } from './build/assets.ts';
import { ControlPlane } from './control-plane.ts';
import { addIpv6Router } from './ipv6-router.ts';
import { Machine } from './machine.ts';
import type { MachineOptions } from './machine.ts';
import { RackNetwork } from './network.ts';
import { removeAbandonedFolders, temporaryFolder } from './folders.ts';
import { readEvents, readHosts } from './records.ts';
import type { EventRecord, HostRecord } from './records.ts';

export const ENDPOINT = '10.20.0.5';

const NETWORKS = `networks:
  - name: rack1
    interface: br0
    subnet: 10.20.0.0/24
    dhcp: authoritative
    ranges: ["10.20.0.100-10.20.0.199"]
    dns: [10.20.0.1]
    domain: rack1.example
`;

const CLUSTER = `provider: byo
name: rack
virtualIp: ${ENDPOINT}
workerNodes: 1
headless: true
catalog: false
providers:
  byo:
    networkInterface: enp0s2
`;

export interface VirtualRackOptions {
  /** The `networks:` of hearth.yaml; one authoritative network on the first bridge by default. */
  readonly networks?: string;
  /** Lays out more wires and neighbours before the appliance starts. */
  readonly layOut?: (network: RackNetwork, folder: string) => Promise<void>;
  /** Where consoles and logs are kept; a temporary folder that is removed when absent. */
  readonly evidence?: string;
  /** Told what happens, for a person who watches. */
  readonly tell?: (text: string) => void;
}

/** One wire with the appliance and, so that nobody waits for it, a router with IPv6. */
function layOutOneWire(network: RackNetwork, folder: string): Promise<void> {
  return addIpv6Router(network, network.bridge, 0, folder);
}

/** A rack with the real appliance in it: namespace, bridge, machines of QEMU, imported medium and image, one cluster. */
export class VirtualRack {
  readonly network: RackNetwork;
  readonly appliance: Appliance;
  /** Consoles and logs. */
  readonly folder: string;
  /** Data and disks, gone with the rack: the evidence of a failed run is text, not a gigabyte of media. */
  readonly scratch: string;
  readonly controlPlane: ControlPlane;
  readonly #machines: Machine[] = [];

  private constructor(
    network: RackNetwork,
    appliance: Appliance,
    controlPlane: ControlPlane,
    folder: string,
    scratch: string,
  ) {
    this.network = network;
    this.appliance = appliance;
    this.controlPlane = controlPlane;
    this.folder = folder;
    this.scratch = scratch;
  }

  static async start(options: VirtualRackOptions = {}): Promise<VirtualRack> {
    const tell = options.tell ?? ((): void => undefined);
    tell('building the installer and system stand-ins (cached after the first time)');
    await removeAbandonedFolders();
    const assets = await buildAssets();
    const scratch = await temporaryFolder('rack');
    const folder = options.evidence ?? scratch;
    await mkdir(folder, { recursive: true });
    const network = await RackNetwork.create();
    const appliance = new Appliance({
      ...{ network, folder, data: join(scratch, 'data') },
      networks: options.networks ?? NETWORKS,
    });
    const controlPlane = await ControlPlane.start(network, ENDPOINT, join(folder, 'control-plane.log'));
    const rack = new VirtualRack(network, appliance, controlPlane, folder, scratch);
    try {
      await (options.layOut ?? layOutOneWire)(network, folder);
      tell('starting the appliance');
      await appliance.start();
      tell('importing the medium and the image');
      await appliance.hearth('media', 'import', assets.installerIso, '--name', 'ol8');
      await appliance.hearth('image', 'import', assets.ockRepo, '--name', 'ock');
      const file = join(folder, 'byo.yaml');
      await writeFile(file, CLUSTER);
      await appliance.hearth('cluster', 'create', '-f', file);
      return rack;
    } catch (error) {
      await rack.stop();
      throw error;
    }
  }

  /** Enters a host without arming it: it is to start its local disk. */
  async enter(
    name: string,
    mac: string,
    role: 'control-plane' | 'worker',
    ...options: readonly string[]
  ): Promise<void> {
    await this.appliance.hearth(
      ...['host', 'add', name, '--mac', mac, '--cluster', 'rack', '--role', role, ...options],
      // QEMU's emulated timer interrupt can miss the kernel's check on a busy machine; KVM guests skip it too.
      ...['--kernel-arg', 'no_timer_check'],
    );
  }

  /** Enters a host and arms it. */
  async register(
    name: string,
    mac: string,
    role: 'control-plane' | 'worker',
    ...options: readonly string[]
  ): Promise<void> {
    await this.enter(name, mac, role, ...options);
    await this.appliance.hearth('host', 'arm', name);
  }

  /** Powers a machine on. */
  async machine(options: Omit<MachineOptions, 'network' | 'consoleFile'>): Promise<Machine> {
    const consoleFile = join(this.folder, `${options.name}.console`);
    const machine = await Machine.start({ ...options, network: this.network, consoleFile });
    this.#machines.push(machine);
    return machine;
  }

  async hosts(): Promise<readonly HostRecord[]> {
    return readHosts(await this.appliance.json('host', 'list'));
  }

  async events(): Promise<readonly EventRecord[]> {
    return readEvents(await this.appliance.json('events', '--limit', '5000'));
  }

  /** Waits until a host is in a state; a host that failed is not waited for. */
  async waitForState(name: string, states: readonly string[], timeoutMs: number): Promise<HostRecord> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const host = (await this.hosts()).find((one) => one.name === name);
      if (host !== undefined && states.includes(host.state)) return host;
      const seen =
        host === undefined ? 'not there' : `${host.state} (${host.failure?.reason ?? host.detail ?? ''})`;
      if (host?.state === 'failed') throw new Error(`${name} is ${seen}`);
      if (Date.now() > deadline) throw new Error(`${name} is ${seen}, not ${states.join(' or ')}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.stop()));
    await this.controlPlane.stop();
    await this.appliance.stop();
    this.network.close();
    await rm(this.scratch, { recursive: true, force: true });
  }
}
