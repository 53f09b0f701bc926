import type { RemoteInfo } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import { asProblem, Problem } from '../../domain/error/problem.ts';
import type { ServedNetwork } from '../../domain/lease/network.ts';
import { openEndpoint } from './endpoint.ts';
import type { DhcpEndpoint } from './endpoint.ts';

/** How an interface does. */
export interface DeviceState {
  readonly device: string;
  readonly port: number;
  readonly state: 'listening' | 'waiting';
  readonly kind?: DhcpEndpoint['kind'] | undefined;
  /** Why it is not listening. */
  readonly problem?: Problem | undefined;
}

export type EndpointHandler = (endpoint: () => DhcpEndpoint, bytes: Buffer, from: RemoteInfo) => void;

interface Slot {
  readonly device: string;
  readonly port: number;
  readonly address: string;
  endpoint: DhcpEndpoint | undefined;
  /** Kernel index of the device the socket is bound to: a device made anew under the old name has another. */
  index: string | undefined;
  problem: Problem | undefined;
}

/** There is no netlink in Node; a device that comes back may wait this long. */
const POLL_MS = 3000;

/** Keeps one endpoint per served device and port open through devices that vanish and come back. */
export class DeviceWatch {
  readonly #slots: readonly Slot[];
  readonly #handler: EndpointHandler;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #stopped = false;

  constructor(
    networks: readonly ServedNetwork[],
    ports: readonly number[],
    handler: EndpointHandler,
    logger: Logger,
  ) {
    const devices = new Map<string, string>();
    for (const network of networks) {
      if (network.interface === undefined || network.dhcp === 'off') continue;
      if (!devices.has(network.interface)) devices.set(network.interface, network.address);
    }
    this.#slots = [...devices].flatMap(([device, address]) =>
      ports.map((port): Slot => ({
        device,
        port,
        address,
        endpoint: undefined,
        index: undefined,
        problem: undefined,
      })),
    );
    this.#handler = handler;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    await this.check();
    if (this.#stopped) return;
    this.#timer = setInterval(() => void this.check(), POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const slot of this.#slots) close(slot);
  }

  states(): readonly DeviceState[] {
    return this.#slots.map(({ device, port, endpoint, problem }) =>
      endpoint === undefined
        ? { device, port, state: 'waiting', problem }
        : { device, port, state: 'listening', kind: endpoint.kind },
    );
  }

  /** Opens what can be opened and closes what lost its device. */
  async check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      for (const slot of this.#slots) if (!this.#stopped) await this.#checkSlot(slot);
    } finally {
      this.#checking = false;
    }
  }

  async #checkSlot(slot: Slot): Promise<void> {
    const index = await indexOf(slot.device);
    if (slot.endpoint !== undefined && slot.index === index) return;
    if (slot.endpoint !== undefined) {
      this.#logger.warn(
        { device: slot.device, port: slot.port },
        'the interface is gone; waiting for it to come back',
      );
      close(slot);
    }
    try {
      requireAddress(slot, index);
      slot.endpoint = await openEndpoint(
        slot.device,
        slot.port,
        slot.address,
        (bytes, from) => {
          const { endpoint } = slot;
          if (endpoint !== undefined) this.#handler(() => endpoint, bytes, from);
        },
        (error) => {
          this.#logger.warn({ device: slot.device, port: slot.port, err: error.message }, 'socket error');
          close(slot);
        },
      );
      if (slot.endpoint.kind === 'portable' && this.#devices() > 1) {
        close(slot);
        throw new Problem(
          'permission-denied',
          `Interface ${slot.device} cannot be told apart from others here.`,
          {
            remedy:
              'Serve one interface only, or pass a socket per interface from systemd (hearth-dhcp@.socket).',
          },
        );
      }
      slot.index = index;
      slot.problem = undefined;
      this.#logger.info(
        { device: slot.device, port: slot.port, kind: slot.endpoint.kind },
        'listening for DHCP',
      );
    } catch (error) {
      const problem = asProblem(error);
      if (problem.message !== slot.problem?.message) {
        this.#logger.warn({ device: slot.device, port: slot.port, code: problem.code }, problem.message);
      }
      slot.problem = problem;
    }
  }

  #devices(): number {
    return new Set(this.#slots.map((slot) => slot.device)).size;
  }
}

function close(slot: Slot): void {
  try {
    slot.endpoint?.close();
  } catch {
    // It is closed already.
  }
  slot.endpoint = undefined;
}

function requireAddress(slot: Slot, index: string | undefined): void {
  const addresses = networkInterfaces()[slot.device] ?? [];
  if (index === undefined && addresses.length === 0) {
    throw new Problem('interface-missing', `Interface ${slot.device} does not exist.`);
  }
  if (!addresses.some((entry) => entry.address === slot.address)) {
    throw new Problem(
      'interface-missing',
      `Interface ${slot.device} does not have the address ${slot.address}.`,
    );
  }
}

async function indexOf(device: string): Promise<string | undefined> {
  const name = device.replaceAll('/', '');
  const text = await readFile(`/sys/class/net/${name}/ifindex`, 'utf8').catch(() => undefined);
  return text?.trim();
}
