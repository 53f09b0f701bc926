import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './build/exec.ts';
import type { RackNetwork } from './network.ts';

const HEARTH = fileURLToPath(new URL('../../bin/hearth', import.meta.url));

export interface ApplianceOptions {
  readonly network: RackNetwork;
  /** Where its configuration and log are kept. */
  readonly folder: string;
  /** Its data directory. */
  readonly data: string;
  /** hearth.yaml without the admin listener, which is put where this process reaches it. */
  readonly networks: string;
}

/** The real appliance, built and started as a user would, inside a rack's namespace. */
export class Appliance {
  readonly data: string;
  readonly url: string;
  readonly #options: ApplianceOptions;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(options: ApplianceOptions) {
    this.#options = options;
    this.data = options.data;
    this.url = `https://${options.network.insideAddress}:8443`;
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until every listener is up. */
  async start(): Promise<void> {
    const { network, folder, networks } = this.#options;
    const config = join(folder, 'hearth.yaml');
    await mkdir(folder, { recursive: true });
    await writeFile(config, `admin: { listen: "${network.insideAddress}:8443" }\n${networks}`);
    const [command, args] = network.command(HEARTH, 'serve', '--config', config, '--data', this.data);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const log = createWriteStream(join(folder, 'appliance.log'), { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        this.#output += chunk;
        log.write(chunk);
      });
    }
    child.on('close', () => log.end());
    await this.#ready(child, this.#output.length);
  }

  async #ready(child: ChildProcess, from: number): Promise<void> {
    for (let waited = 0; waited < 300; waited += 1) {
      if (this.#output.slice(from).includes('"event":"ready"')) return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the appliance does not become ready:\n${this.#output.slice(-4000)}`);
  }

  /** Runs the CLI against it over its socket. */
  hearth(...args: readonly string[]): Promise<string> {
    return run(HEARTH, [...args, '--data', this.data]);
  }

  async json(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.hearth(...args, '--json')) as unknown;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }
}
