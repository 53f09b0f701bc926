import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { run } from './build/exec.ts';
import { Neighbour } from './neighbour.ts';
import type { NeighbourLink } from './neighbour.ts';

export interface RackNetworkOptions {
  /** The appliance's address on the rack's bridge, with its prefix length. */
  readonly address?: string;
}

/**
 * A rack's private network: a namespace with a bridge (or several), a tap per machine, and a veth pair through which this
 * process reaches listeners inside (the appliance's admin API). Names carry the process id, so that runs do not meet.
 */
export class RackNetwork {
  readonly namespace: string;
  readonly bridge = 'br0';
  /** The appliance's side of the veth pair: reachable from outside the namespace. */
  readonly insideAddress: string;
  readonly outsideAddress: string;
  readonly #outsideLink: string;
  readonly #onExit = (): void => this.#remove();
  readonly #neighbours: Neighbour[] = [];
  #taps = 0;

  private constructor(serial: number) {
    this.namespace = `hearth-rack-${process.pid}-${serial}`;
    // 15 characters at most for an interface's name.
    this.#outsideLink = `hr${process.pid}n${serial}`;
    // A /30 of 100.64/10 (RFC 6598), which no rack uses, chosen by process id.
    const block = ((process.pid * 4 + serial) % 0x3fff) * 4;
    const prefix = `100.${64 + (block >> 16)}.${(block >> 8) & 255}`;
    this.outsideAddress = `${prefix}.${(block & 252) + 1}`;
    this.insideAddress = `${prefix}.${(block & 252) + 2}`;
  }

  static #serial = 0;

  static async create(options: RackNetworkOptions = {}): Promise<RackNetwork> {
    removeAbandonedNamespaces();
    const network = new RackNetwork(RackNetwork.#serial++);
    process.once('exit', network.#onExit);
    try {
      await network.#setUp(options.address ?? '10.20.0.1/24');
    } catch (error) {
      network.close();
      throw error;
    }
    return network;
  }

  async #setUp(address: string): Promise<void> {
    await ip('netns', 'add', this.namespace);
    const inside = 'admin0';
    await ip(
      'link',
      'add',
      this.#outsideLink,
      'type',
      'veth',
      'peer',
      'name',
      inside,
      'netns',
      this.namespace,
    );
    await ip('addr', 'add', `${this.outsideAddress}/30`, 'dev', this.#outsideLink);
    await ip('link', 'set', this.#outsideLink, 'up');
    await this.#ip('addr', 'add', `${this.insideAddress}/30`, 'dev', inside);
    await this.#ip('link', 'set', inside, 'up');
    await this.#ip('link', 'set', 'lo', 'up');
    await this.addBridge(this.bridge, address);
  }

  /** A wire of its own. Without an address only its machines and neighbours are on it, not the appliance. */
  async addBridge(name: string, address?: string): Promise<void> {
    // Without spanning tree and with no forwarding delay a port passes the first DISCOVER.
    await this.#ip('link', 'add', name, 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0');
    if (address !== undefined) await this.#ip('addr', 'add', address, 'dev', name);
    await this.#ip('link', 'set', name, 'up');
  }

  /** Another computer on the rack's wires, which routes between them: a relay, the site's own server. */
  async addNeighbour(...links: readonly NeighbourLink[]): Promise<Neighbour> {
    const neighbour = new Neighbour(`hearth-rack-${process.pid}-${RackNetwork.#serial++}`);
    this.#neighbours.push(neighbour);
    await ip('netns', 'add', neighbour.namespace);
    for (const { bridge, device, address } of links) {
      const port = `nb${this.#taps++}`;
      const peer = ['peer', 'name', device, 'netns', neighbour.namespace];
      await this.#ip('link', 'add', port, 'type', 'veth', ...peer);
      await this.#ip('link', 'set', port, 'master', bridge, 'up');
      await ip('-n', neighbour.namespace, 'addr', 'add', address, 'dev', device);
      await ip('-n', neighbour.namespace, 'link', 'set', device, 'up');
    }
    await run(...neighbour.command('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'));
    return neighbour;
  }

  async addRoute(subnet: string, via: string): Promise<void> {
    await this.#ip('route', 'add', subnet, 'via', via);
  }

  #ip(...args: string[]): Promise<string> {
    return run('ip', ['-n', this.namespace, ...args]);
  }

  /** A new tap on a bridge, for one network card. */
  async addTap(bridge: string = this.bridge): Promise<string> {
    const tap = `tap${this.#taps++}`;
    await this.#ip('tuntap', 'add', tap, 'mode', 'tap');
    await this.#ip('link', 'set', tap, 'master', bridge, 'up');
    return tap;
  }

  async addAddress(address: string): Promise<void> {
    await this.#ip('addr', 'add', address, 'dev', this.bridge);
  }

  /** The command line that runs a command inside the namespace; `ip` replaces itself, so the process id is the command's. */
  command(command: string, ...args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.namespace, command, ...args]];
  }

  /** Removes the namespace with all its links. Machines and servers inside are to be stopped before. */
  close(): void {
    process.off('exit', this.#onExit);
    this.#remove();
  }

  #remove(): void {
    for (const { namespace } of this.#neighbours) removeNamespace(namespace);
    removeNamespace(this.namespace);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function ip(...args: string[]): Promise<string> {
  return run('ip', args);
}

/** Ends what still runs inside (only this rack's processes can), then the namespace; its links go with it. */
function removeNamespace(namespace: string): void {
  if (!existsSync(`/run/netns/${namespace}`)) return;
  const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
  execFileSync('ip', ['netns', 'del', namespace]);
}

/** A killed test leaves its namespaces behind: the next one removes those whose maker is dead. */
function removeAbandonedNamespaces(): void {
  if (!existsSync('/run/netns')) return;
  for (const name of readdirSync('/run/netns')) {
    const pid = /^hearth-rack-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNamespace(name);
  }
}
