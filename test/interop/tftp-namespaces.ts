import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const SERVER_ADDRESS = '10.99.69.1';
const CLIENT_ADDRESS = '10.99.69.2';
const SECOND_ADDRESS = '10.99.69.3';

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Two namespaces joined by one wire of Ethernet MTU, for a server and its clients. */
export class TftpNamespaces {
  readonly serverAddress = SERVER_ADDRESS;
  /** Another address of the server's side, for a second server on the same port. */
  readonly secondAddress = SECOND_ADDRESS;
  readonly #server: string;
  readonly #client: string;
  readonly #children: ChildProcess[] = [];

  constructor(label: string) {
    this.#server = `hearth-${process.pid}-${label}s`;
    this.#client = `hearth-${process.pid}-${label}c`;
    ip('netns', 'add', this.#server);
    ip('netns', 'add', this.#client);
    ip(
      '-n',
      this.#server,
      'link',
      'add',
      'wire',
      'type',
      'veth',
      'peer',
      'name',
      'wire',
      'netns',
      this.#client,
    );
    for (const [name, address] of [
      [this.#server, SERVER_ADDRESS],
      [this.#server, SECOND_ADDRESS],
      [this.#client, CLIENT_ADDRESS],
    ] as const) {
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'wire');
      ip('-n', name, 'link', 'set', 'wire', 'up');
    }
  }

  /** Makes the wire bad in both directions, in tc-netem's words; none: good again. */
  weather(...netem: string[]): void {
    for (const name of [this.#server, this.#client]) {
      const tc = ['netns', 'exec', name, 'tc', 'qdisc'];
      if (netem.length > 0) ip(...tc, 'replace', 'dev', 'wire', 'root', 'netem', ...netem);
      else ip(...tc, 'del', 'dev', 'wire', 'root');
    }
  }

  /** The command line that runs something where the clients are. */
  onClient(command: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.#client, ...command]];
  }

  /** Starts a program where the server is; it is ended with the namespaces. */
  startServer(command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.#server, ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    return child;
  }

  /** Starts our server on port 69 over a folder; `events` fills as it reports. */
  async startHearth(folder: string): Promise<{ events: unknown[] }> {
    const script = new URL('./tftp-server.ts', import.meta.url).pathname;
    const child = this.startServer([process.execPath, script, SERVER_ADDRESS, '69', folder]);
    if (child.stdout === null) throw new Error('no pipe from the server');
    const events: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the server ended with ${code ?? 'a signal'}`)));
      if (child.stdout === null) return;
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('ready ')) resolve();
        else events.push(JSON.parse(line));
      });
    });
    return { events };
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    for (const name of [this.#server, this.#client]) ip('netns', 'del', name);
  }
}
