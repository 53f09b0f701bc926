import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ServerOptions } from './dhcp-server.ts';

const run = promisify(execFile);

/** Whether namespaces and these programs are to be had; says loudly which is missing. */
export function missingFor(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return complain('network namespaces need root');
  const absent = programs.filter((program) => {
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return absent.length === 0 ? undefined : complain(`missing: ${absent.join(', ')}`);
}

function complain(reason: string): string {
  console.error(`DHCP interop is left out: ${reason}`);
  return reason;
}

/** A line that the server script printed. */
export type ServerLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** Namespaces with veth pairs between them, and DHCP servers inside; all gone after `close`. */
export class DhcpLab {
  readonly directory = mkdtempSync(join(tmpdir(), 'hearth-dhcp-'));
  readonly #namespaces: string[] = [];
  readonly #children: ChildProcess[] = [];
  static #count = 0;

  /** Makes a namespace; the name given is only its ending. */
  async namespace(ending: string): Promise<string> {
    DhcpLab.#count += 1;
    const name = `hearth-${process.pid}-${DhcpLab.#count}${ending}`;
    await run('ip', ['netns', 'add', name]);
    this.#namespaces.push(name);
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    return name;
  }

  /** A wire between two devices, addresses as `10.20.0.1/24`. */
  async wire(
    one: { namespace: string; device: string; address?: string },
    other: { namespace: string; device: string; address?: string },
  ): Promise<void> {
    await run('ip', [
      ...['link', 'add', one.device, 'netns', one.namespace, 'type', 'veth'],
      ...['peer', 'name', other.device, 'netns', other.namespace],
    ]);
    for (const { namespace, device, address } of [one, other]) {
      if (address !== undefined) await run('ip', ['-n', namespace, 'address', 'add', address, 'dev', device]);
      await run('ip', ['-n', namespace, 'link', 'set', device, 'up']);
    }
  }

  /** Runs a program to its end inside a namespace; its output, whether it failed or not. */
  async inside(
    namespace: string,
    command: readonly string[],
    timeout = 20_000,
  ): Promise<{ text: string; ok: boolean }> {
    try {
      const { stdout, stderr } = await run('ip', ['netns', 'exec', namespace, ...command], { timeout });
      return { text: stdout + stderr, ok: true };
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      return { text: stdout + stderr, ok: false };
    }
  }

  /** Starts a program that stays. */
  start(namespace: string, command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#children.push(child);
    return child;
  }

  /** Starts the DHCP service in a namespace and waits until it listens. */
  async serve(
    namespace: string,
    options: ServerOptions,
  ): Promise<{ child: ChildProcess; lines: ServerLine[] }> {
    const script = new URL('./dhcp-server.ts', import.meta.url).pathname;
    const child = this.start(namespace, [process.execPath, script, JSON.stringify(options)]);
    const lines: ServerLine[] = [];
    await new Promise<void>((resolve, reject) => {
      if (child.stdout === null) {
        reject(new Error('no output'));
        return;
      }
      createInterface({ input: child.stdout }).on('line', (line) => {
        const parsed = JSON.parse(line) as ServerLine;
        lines.push(parsed);
        if (parsed.event === 'ready') resolve();
      });
      child.once('exit', () => reject(new Error('the server ended before it was ready')));
    });
    return { child, lines };
  }

  async close(): Promise<void> {
    for (const child of this.#children) await ended(child);
    for (const namespace of this.#namespaces) await run('ip', ['netns', 'delete', namespace]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Kills a program and waits for its end. */
export function ended(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
