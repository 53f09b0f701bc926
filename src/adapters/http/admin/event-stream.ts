import type { Response } from 'express';
import { Problem } from '../../../domain/error/problem.ts';
import type { EventLog, HearthEvent } from '../../../domain/event/event.ts';
import type { HostId } from '../../../domain/host/host.ts';

const MAX_STREAMS = 200;
const HEARTBEAT_MS = 15_000;
/** How many missed events are brought after a reconnection. */
const REPLAY = 1_000;
/** A browser that reads slower than events come is dropped; it reconnects and gets what it missed. */
const MAX_BUFFERED_BYTES = 512 * 1024;

interface StreamRequest {
  /** The last event that the client has; without it only what happens from now on is sent. */
  readonly after?: number | undefined;
  readonly host?: HostId | undefined;
}

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStreams {
  readonly #events: EventLog;
  #open = 0;

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** Resolves when the stream is set up; it goes on until the client leaves. */
  async serve(response: Response, request: StreamRequest): Promise<void> {
    if (this.#open >= MAX_STREAMS) throw new Problem('not-ready', 'Too many event streams are open.');
    this.#open += 1;
    // What happens while the missed events are read waits here, so that the client sees everything once and in order.
    let waiting: HearthEvent[] | undefined = [];
    const send = (event: HearthEvent): void => {
      if (request.host !== undefined && event.host !== request.host) return;
      if (waiting === undefined) write(response, format(event));
      else waiting.push(event);
    };
    const unsubscribe = this.#events.subscribe(send);
    const heartbeat = setInterval(() => write(response, ': alive\n\n'), HEARTBEAT_MS);
    response.on('close', () => {
      this.#open -= 1;
      clearInterval(heartbeat);
      unsubscribe();
    });
    response.status(200).setHeader('Content-Type', 'text/event-stream');
    response.setHeader('X-Accel-Buffering', 'no');
    response.write('retry: 2000\n\n');
    let sent = request.after ?? 0;
    if (request.after !== undefined) {
      const missed = await this.#missed(response, request);
      for (const event of missed) write(response, format(event));
      sent = missed.at(-1)?.id ?? sent;
    }
    const held = waiting;
    waiting = undefined;
    for (const event of held) if (event.id > sent) write(response, format(event));
  }

  async #missed(response: Response, request: StreamRequest): Promise<readonly HearthEvent[]> {
    try {
      return await this.#events.list({ ...request, limit: REPLAY });
    } catch {
      // The stream has begun: ending it makes the client come back, with the id it has.
      response.destroy();
      return [];
    }
  }
}

function write(response: Response, text: string): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  else response.write(text);
}

/** JSON has no line breaks outside of strings, and escapes them inside: one `data` line holds all of it. */
function format(event: HearthEvent): string {
  return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}
