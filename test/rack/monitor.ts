import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** QEMU's machine protocol over its UNIX socket: only the commands a rack needs. */
export class Monitor {
  readonly #socket: Socket;
  readonly #waiting: ((reply: Reply) => void)[] = [];
  /** Why QEMU ended, from its SHUTDOWN event: `guest-reset`, `guest-shutdown`, `host-qmp-system-reset`, … */
  shutdownReason: string | undefined;
  #partial = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const resolve of this.#waiting.splice(0)) resolve({ error: 'the machine has ended' });
    });
  }

  /** QEMU makes the socket a moment after it starts. */
  static async connect(path: string, timeoutMs = 5000): Promise<Monitor> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        const monitor = new Monitor(await open(path));
        await monitor.#execute('qmp_capabilities');
        return monitor;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(50);
      }
    }
  }

  async reset(): Promise<void> {
    await this.#execute('system_reset');
  }

  /** Presses the power button; the guest decides. */
  async powerButton(): Promise<void> {
    await this.#execute('system_powerdown');
  }

  async quit(): Promise<void> {
    await this.#execute('quit');
  }

  close(): void {
    this.#socket.destroy();
  }

  async #execute(command: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#waiting.push(resolve);
    this.#socket.write(`${JSON.stringify({ execute: command })}\n`);
    const reply = await promise;
    if (reply.error !== undefined) throw new Error(`${command}: ${reply.error}`);
  }

  #receive(chunk: string): void {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) {
      const message: unknown = JSON.parse(line);
      if (typeof message !== 'object' || message === null) continue;
      // The greeting and events come unasked.
      if ('return' in message) this.#waiting.shift()?.({});
      if (isShutdown(message)) this.shutdownReason = message.data.reason;
      if ('error' in message) this.#waiting.shift()?.({ error: JSON.stringify(message.error) });
    }
  }
}

interface Reply {
  readonly error?: string;
}

interface ShutdownEvent {
  readonly data: { readonly reason: string };
}

function isShutdown(message: object): message is ShutdownEvent {
  return 'event' in message && message.event === 'SHUTDOWN' && 'data' in message;
}

function open(path: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = createConnection(path);
  socket.once('connect', () => resolve(socket));
  socket.once('error', reject);
  return promise;
}
