import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from '../rack/build/exec.ts';

const DEVICE = 'wire';

/** Two namespaces and a wire: the appliance at one end, the fleet at the other. Names carry the process id. */
export class FleetWire {
  readonly device = DEVICE;
  readonly #appliance = `hearth-${process.pid}-fa`;
  readonly #fleet = `hearth-${process.pid}-fm`;
  readonly #onExit = (): void => this.close();

  static async create(applianceAddress: string, fleetAddress: string): Promise<FleetWire> {
    const wire = new FleetWire();
    process.once('exit', wire.#onExit);
    try {
      await wire.#setUp(applianceAddress, fleetAddress);
    } catch (error) {
      wire.close();
      throw error;
    }
    return wire;
  }

  onAppliance(command: string, ...args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.#appliance, command, ...args]];
  }

  onFleet(command: string, ...args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.#fleet, command, ...args]];
  }

  /** Ends what still runs inside and removes both namespaces with their devices. */
  close(): void {
    process.off('exit', this.#onExit);
    for (const name of [this.#appliance, this.#fleet]) removeNamespace(name);
  }

  async #setUp(applianceAddress: string, fleetAddress: string): Promise<void> {
    for (const name of [this.#appliance, this.#fleet]) {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    const peer = ['peer', 'name', DEVICE, 'netns', this.#fleet];
    await run('ip', ['-n', this.#appliance, 'link', 'add', DEVICE, 'type', 'veth', ...peer]);
    for (const [name, address] of [
      [this.#appliance, applianceAddress],
      [this.#fleet, fleetAddress],
    ] as const) {
      await run('ip', ['-n', name, 'addr', 'add', address, 'dev', DEVICE]);
      await run('ip', ['-n', name, 'link', 'set', DEVICE, 'up']);
    }
    // A machine asks for the appliance by ARP before it speaks, which tells the appliance's kernel its address at once. The
    // fleet's device has asked long ago; so that the kernel, in the second after a probe, does not wait for its own next
    // question instead, it asks more often.
    const command = this.onAppliance('sysctl', '-qw', `net.ipv4.neigh.${DEVICE}.retrans_time_ms=50`);
    await run(...command);
    // Without a default route the limited broadcast has no way out.
    await run('ip', ['-n', this.#fleet, 'route', 'add', 'default', 'dev', DEVICE]);
  }
}

/** Only what this wire's owner started can run inside. */
function removeNamespace(name: string): void {
  if (!existsSync(`/run/netns/${name}`)) return;
  const pids = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
  }
  execFileSync('ip', ['netns', 'del', name]);
}
