import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RackNetwork } from './network.ts';

const MAIN = fileURLToPath(new URL('control-plane-main.ts', import.meta.url));

/** The control plane's stand-in, running inside a rack's namespace; see `control-plane-main.ts`. */
export class ControlPlane {
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    const log = createWriteStream(logFile);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        log.write(chunk);
      });
    }
    child.on('close', () => log.end());
  }

  static async start(network: RackNetwork, endpoint: string, logFile: string): Promise<ControlPlane> {
    const options = ['--endpoint', endpoint, '--device', network.bridge];
    const [command, args] = network.command(process.execPath, MAIN, ...options);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const controlPlane = new ControlPlane(child, logFile);
    for (let waited = 0; !controlPlane.#output.includes('ready\n'); waited += 1) {
      if (child.exitCode !== null || waited > 300)
        throw new Error(`no control plane:\n${controlPlane.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return controlPlane;
  }

  /** What it did, one line each: `init cp1: done`. */
  get output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}
