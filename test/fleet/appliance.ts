import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HttpApiClient } from '../../src/cli/client.ts';
import type { ApiClient } from '../../src/cli/client.ts';
import { run } from '../rack/build/exec.ts';
import type { FleetWire } from './wire.ts';

const HEARTH = fileURLToPath(new URL('../../bin/hearth', import.meta.url));

export interface FleetApplianceOptions {
  readonly wire: FleetWire;
  readonly folder: string;
  /** hearth.yaml */
  readonly config: string;
  /** Where V8 writes a CPU profile of the appliance, if anywhere. */
  readonly profile: string | undefined;
}

/** The built appliance, started as a user would. */
export class FleetAppliance {
  readonly api: ApiClient;
  readonly #child: ChildProcess;
  readonly #data: string;
  #output = '';

  private constructor(child: ChildProcess, data: string, logFile: string) {
    this.#child = child;
    this.#data = data;
    this.api = new HttpApiClient({ kind: 'socket', path: join(data, 'hearth.sock') });
    const log = createWriteStream(logFile);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece: Buffer) => {
        if (this.#output.length < 100_000) this.#output += piece.toString();
        log.write(piece);
      });
    }
    child.on('close', () => log.end());
  }

  /** Resolves when every listener is up. @throws Error with what it said when that does not come to pass */
  static async start({ wire, folder, config, profile }: FleetApplianceOptions): Promise<FleetAppliance> {
    const file = join(folder, 'hearth.yaml');
    const data = join(folder, 'data');
    await mkdir(folder, { recursive: true });
    await writeFile(file, config);
    const [command, args] = wire.onAppliance(HEARTH, 'serve', '--config', file, '--data', data);
    const env =
      profile === undefined
        ? process.env
        : { ...process.env, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const appliance = new FleetAppliance(child, data, join(folder, 'appliance.log'));
    for (let waited = 0; !appliance.#output.includes('"event":"ready"'); waited += 1) {
      if (child.exitCode !== null || waited > 300) {
        child.kill('SIGKILL');
        throw new Error(`the appliance does not become ready:\n${appliance.#output.slice(-4000)}`);
      }
      await sleep(100);
    }
    return appliance;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs the command line against it. */
  hearth(...args: readonly string[]): Promise<string> {
    return run(HEARTH, [...args, '--data', this.#data]);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}
