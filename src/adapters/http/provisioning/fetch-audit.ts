import type { RequestHandler } from 'express';
import { Quieting } from '../../../domain/access/quieting.ts';
import type { EventLog } from '../../../domain/event/event.ts';
import type { HostDirectory } from '../../../domain/host/store.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Ipv4Address } from '../../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../../protocol/address/mac.ts';
import { machineAddress } from './machine-address.ts';

/** A pull of an image is thousands of requests: they are told as one event when the host has been quiet so long. */
const QUIET_MS = 15_000;
const MAX_OPEN = 4096;
/** What one address that belongs to no host fetches is told so often at most. */
const STRANGERS_EVERY_SECONDS = 60;

interface OpenTally {
  readonly image: string;
  readonly client: Ipv4Address;
  requests: number;
  bytes: number;
  timer: NodeJS.Timeout;
}

/** Records which host fetched which file: each file of media and first stages by name, objects of images as a sum. */
export class FetchAudit {
  readonly #events: EventLog;
  readonly #hosts: HostDirectory;
  readonly #macAt: (address: Ipv4Address) => MacAddress | undefined;
  readonly #strangers: Quieting;
  readonly #open = new Map<string, OpenTally>();

  constructor(
    events: EventLog,
    hosts: HostDirectory,
    macAt: (address: Ipv4Address) => MacAddress | undefined,
    clock: Clock,
  ) {
    this.#strangers = new Quieting(clock, STRANGERS_EVERY_SECONDS);
    this.#events = events;
    this.#hosts = hosts;
    this.#macAt = macAt;
  }

  middleware(): RequestHandler {
    return (req, res, next) => {
      const path = (req.originalUrl.split('?')[0] ?? '').replace(/\/{2,}/g, '/').slice(0, 300);
      const { client } = machineAddress(req);
      res.once('close', () => {
        if (req.method !== 'GET') return;
        const bytes = Number(res.getHeader('content-length') ?? 0);
        const [, root, name = ''] = path.split('/');
        if (root === 'images') this.#tally(name, client, res.statusCode < 400 ? bytes : 0);
        else this.#tell(path, client, res.statusCode, res.writableFinished);
      });
      next();
    };
  }

  /** Tells the sums that are still open; called when the appliance stops. */
  flush(): void {
    for (const [key, tally] of this.#open) this.#close(key, tally);
  }

  #tell(path: string, client: Ipv4Address, status: number, finished: boolean): void {
    const outcome = finished ? '' : ' (broken off)';
    this.#record(client, `fetched ${path}${status < 400 ? outcome : ` and got ${status}`}`, { path, status });
  }

  #tally(image: string, client: Ipv4Address, bytes: number): void {
    const key = `${client} ${image}`;
    const open = this.#open.get(key);
    if (open === undefined) {
      if (this.#open.size >= MAX_OPEN) return;
      const tally: OpenTally = { image, client, requests: 1, bytes, timer: setTimeout(() => undefined, 0) };
      tally.timer = setTimeout(() => this.#close(key, tally), QUIET_MS).unref();
      this.#open.set(key, tally);
      return;
    }
    open.requests += 1;
    open.bytes += bytes;
    open.timer.refresh();
  }

  #close(key: string, { image, client, requests, bytes, timer }: OpenTally): void {
    clearTimeout(timer);
    this.#open.delete(key);
    const text = `fetched ${requests} files (${Math.ceil(bytes / 1e6)} MB) of image ${image}`;
    this.#record(client, text, { image, requests, bytes });
  }

  #record(client: Ipv4Address, text: string, data: Record<string, string | number>): void {
    const mac = this.#macAt(client);
    const host = mac === undefined ? undefined : this.#hosts.byMac(mac);
    // The audit trail is about hosts; a stranger could fill it with whatever it asks for.
    if (host === undefined && this.#strangers.pass(client) === undefined) return;
    const who = host?.name ?? mac ?? client;
    this.#events.record({
      level: 'info',
      type: 'boot.file',
      text: `${who} ${text}`,
      host: host?.id,
      address: client,
      data,
    });
  }
}
