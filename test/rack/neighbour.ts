import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** One network card of a neighbour. */
export interface NeighbourLink {
  readonly bridge: string;
  /** The card's name inside. */
  readonly device: string;
  /** With its prefix length. */
  readonly address: string;
}

/** Another computer beside the appliance, as a namespace of its own. Removed, with all that runs in it, by its network. */
export class Neighbour {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** The command line that runs a command on it. */
  command(command: string, ...args: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.namespace, command, ...args]];
  }

  /**
   * Starts a server that stays in the foreground, and waits until it says that it is up.
   *
   * @param ready what it prints then
   */
  async serve(logFile: string, ready: RegExp, command: string, ...args: readonly string[]): Promise<void> {
    const child = spawn(...this.command(command, ...args), { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(logFile);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        output += chunk;
        log.write(chunk);
      });
    }
    child.on('error', (error) => (output += String(error)));
    child.on('close', () => log.end());
    for (let waited = 0; !ready.test(output); waited += 1) {
      if (child.exitCode !== null || waited > 100) throw new Error(`${command} does not come up:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
