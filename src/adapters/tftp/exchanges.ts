import type { TransferSubject } from './events.ts';
import type { TransferSession } from './session.ts';

/** A request that is being answered. */
export interface Exchange {
  readonly subject: TransferSubject;
  /** The datagram it began with, to tell a repetition from another request. */
  readonly request: Buffer;
  /** Absent while the source opens the file. */
  session?: TransferSession;
}

type Client = TransferSubject['client'];

function keyOf(client: Client): string {
  return `${client.address}:${client.port}`;
}

/** The requests under way: at most one per client port, counted per client address. */
export class Exchanges {
  readonly #byClient = new Map<string, Exchange>();
  readonly #perAddress = new Map<string, number>();

  get size(): number {
    return this.#byClient.size;
  }

  of(client: Client): Exchange | undefined {
    return this.#byClient.get(keyOf(client));
  }

  countOf(client: Client): number {
    return this.#perAddress.get(client.address) ?? 0;
  }

  all(): Exchange[] {
    return [...this.#byClient.values()];
  }

  add(exchange: Exchange): void {
    const { client } = exchange.subject;
    this.#byClient.set(keyOf(client), exchange);
    this.#perAddress.set(client.address, this.countOf(client) + 1);
  }

  /** Takes it out; without effect when it is out already. */
  remove(exchange: Exchange): void {
    const { client } = exchange.subject;
    if (this.of(client) !== exchange) return;
    this.#byClient.delete(keyOf(client));
    const left = this.countOf(client) - 1;
    if (left > 0) this.#perAddress.set(client.address, left);
    else this.#perAddress.delete(client.address);
  }
}
