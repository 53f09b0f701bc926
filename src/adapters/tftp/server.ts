import type { RemoteInfo, Socket } from 'node:dgram';
import { parseIpv4 } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { fileIdOf } from '../../protocol/tftp/name.ts';
import { negotiate } from '../../protocol/tftp/negotiation.ts';
import { decodePacket, encodePacket, TFTP_ERROR } from '../../protocol/tftp/packet.ts';
import type { TftpOption, TftpRequestPacket } from '../../protocol/tftp/packet.ts';
import { newCounters } from './counters.ts';
import type { TftpCounters } from './counters.ts';
import { conclusionOf } from './events.ts';
import type { TftpEvent, TftpLogger, TransferSubject } from './events.ts';
import { Exchanges } from './exchanges.ts';
import type { Exchange } from './exchanges.ts';
import { DEFAULT_TFTP_LIMITS } from './limits.ts';
import type { TftpLimits } from './limits.ts';
import { openContent } from './opening.ts';
import type { TransferMode } from './opening.ts';
import { TransferSession } from './session.ts';
import type { SessionResult } from './session.ts';
import { closeContent, contentSize } from './source.ts';
import type { TftpContent, TftpRefusal, TftpSource } from './source.ts';
import { openSocket } from './transfer-socket.ts';

export interface TftpServerOptions {
  /** The local address to serve on; transfers leave from it. One server per address. */
  readonly address: Ipv4Address;
  /** 69 unless a test says otherwise; 0 lets the kernel choose. */
  readonly port?: number;
  readonly source: TftpSource;
  readonly limits?: Partial<TftpLimits>;
  readonly onTransfer?: (event: TftpEvent) => void;
  readonly logger?: TftpLogger;
  /** A socket that is bound to the address and port already, as systemd hands over. The server closes it. */
  readonly socket?: Socket;
}

const REFUSAL_CODE = {
  'not-found': TFTP_ERROR.notFound,
  forbidden: TFTP_ERROR.accessViolation,
  unavailable: TFTP_ERROR.undefined,
} as const satisfies Record<TftpRefusal['reason'], number>;

const SILENT_LOGGER: TftpLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};

/** A read-only TFTP server on one local address. */
export class TftpServer {
  readonly counters: TftpCounters = newCounters();
  readonly #options: TftpServerOptions;
  readonly #limits: TftpLimits;
  readonly #logger: TftpLogger;
  readonly #socket: Socket;
  readonly #exchanges = new Exchanges();
  #sequence = 0;
  #closing = false;
  /** Said once per overload, so that a flood of requests is not a flood of log lines. */
  #full = false;
  #idle: (() => void) | undefined;

  private constructor(options: TftpServerOptions, socket: Socket) {
    this.#options = options;
    this.#limits = { ...DEFAULT_TFTP_LIMITS, ...options.limits };
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#socket = socket;
    socket.on('message', (datagram, from) => this.#receive(datagram, from));
    socket.on('error', (error) => this.#fault(error));
  }

  /** Starts to serve. Fails with a Problem when the address or port cannot be had. */
  static async open(options: TftpServerOptions): Promise<TftpServer> {
    return new TftpServer(options, options.socket ?? (await openSocket(options.address, options.port ?? 69)));
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** Transfers under way, those whose file is being opened included. */
  get active(): number {
    return this.#exchanges.size;
  }

  /** Stops listening, ends each transfer with an ERROR to its client, and resolves when none is left. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#socket.close(resolve));
    for (const exchange of this.#exchanges.all()) exchange.session?.stop('the server is shutting down');
    await closed;
    if (this.#exchanges.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    this.counters.requests += 1;
    try {
      const packet = decodePacket(datagram);
      const address = parseIpv4(from.address);
      // Nothing is said to anything but a request: an answer to an ERROR or a stray ACK would help only a prankster.
      if (address === undefined || from.port === 0 || (packet?.kind !== 'rrq' && packet?.kind !== 'wrq'))
        this.counters.malformed += 1;
      else this.#answer(packet, datagram, { address, port: from.port });
    } catch (error) {
      this.#fault(error);
    }
  }

  #answer(packet: TftpRequestPacket, request: Buffer, client: TransferSubject['client']): void {
    if (this.#isRepetition(client, request)) {
      this.counters.duplicates += 1;
      return;
    }
    const id = fileIdOf(packet.filename);
    const path = id ?? packet.filename;
    const subject = { id: ++this.#sequence, client, local: this.#options.address, path };
    const { transfers, transfersPerClient } = this.#limits;
    if (packet.kind === 'wrq') this.#refuse(subject, TFTP_ERROR.accessViolation, 'this server is read-only');
    else if (packet.mode !== 'octet' && packet.mode !== 'netascii')
      this.#refuse(subject, TFTP_ERROR.illegalOperation, 'mode must be octet or netascii');
    else if (id === undefined)
      this.#refuse(subject, TFTP_ERROR.accessViolation, 'not a name of a served file');
    else if (this.#exchanges.size >= transfers) {
      // An ERROR would end the boot; silence makes the firmware ask again, when a place may be free.
      this.counters.refused += 1;
      if (!this.#full)
        this.#logger.warn({ client, path, transfers }, 'tftp: too many transfers, requests wait');
      this.#full = true;
    } else if (this.#exchanges.countOf(client) >= transfersPerClient)
      this.#refuse(subject, TFTP_ERROR.undefined, 'too many transfers to this address');
    else {
      const exchange: Exchange = { subject, request };
      this.#exchanges.add(exchange);
      this.#begin(exchange, packet.mode, packet.options).catch((error: unknown) => {
        this.#fault(error);
        this.#release(exchange);
      });
    }
  }

  /**
   * A client that hears nothing repeats its request from the same port: the transfer under way answers it.
   * A different request from that port is a boot ROM with a fixed port that goes on to its next file, and the same
   * request to a transfer that gets no answers is a ROM that was reset: both take the place of the old transfer. While
   * a file is being opened nothing takes its place, so that one port never has two files opening.
   */
  #isRepetition(client: TransferSubject['client'], request: Buffer): boolean {
    const exchange = this.#exchanges.of(client);
    if (exchange === undefined) return false;
    const { session } = exchange;
    if (session === undefined) return true;
    if (exchange.request.equals(request) && !session.unheard) {
      session.repeat();
      return true;
    }
    session.abandon();
    return false;
  }

  async #begin(exchange: Exchange, mode: TransferMode, options: readonly TftpOption[]): Promise<void> {
    const { subject } = exchange;
    const opened = await this.#open(subject, mode);
    if (opened.kind === 'refused') {
      this.#release(exchange);
      this.#refuse(subject, REFUSAL_CODE[opened.reason], opened.message);
      return;
    }
    try {
      this.#run(exchange, options, opened, await openSocket(subject.local, 0));
    } catch (error) {
      await closeContent(opened);
      throw error;
    }
  }

  async #open(subject: TransferSubject, mode: TransferMode): Promise<TftpContent | TftpRefusal> {
    const { path, client, local } = subject;
    try {
      return await openContent(this.#options.source, { path, client, local }, mode, this.#limits);
    } catch (error) {
      this.#fault(error);
      return { kind: 'refused', reason: 'unavailable', message: 'the file cannot be read at the moment' };
    }
  }

  #run(exchange: Exchange, options: readonly TftpOption[], content: TftpContent, socket: Socket): void {
    const { subject } = exchange;
    const size = contentSize(content);
    const negotiated = negotiate(options, size, this.#limits);
    const { blockSize, windowSize } = negotiated;
    this.counters.started += 1;
    this.#emit({ ...subject, kind: 'started', size, blockSize, windowSize });
    exchange.session = new TransferSession({
      socket,
      client: subject.client,
      content,
      negotiated,
      retry: this.#limits.retry,
      counters: this.counters,
      ended: (result) => {
        this.#release(exchange);
        this.#conclude(subject, result);
        void closeContent(content);
      },
    });
    if (this.#closing) exchange.session.stop('the server is shutting down');
  }

  #refuse(subject: TransferSubject, code: number, reason: string): void {
    const { client, local, path } = subject;
    this.counters.refused += 1;
    if (!this.#closing)
      this.#socket.send(encodePacket({ kind: 'error', code, message: reason }), client.port, client.address);
    this.#logger.info({ client, path, reason }, 'tftp: request refused');
    this.#emit({ kind: 'refused', client, local, path, reason });
  }

  #conclude(subject: TransferSubject, result: SessionResult): void {
    const event = conclusionOf(subject, result);
    this.counters.bytes += result.bytes;
    if (event.kind === 'completed') this.counters.completed += 1;
    else if (event.kind === 'aborted') this.counters.probed += 1;
    else {
      this.counters.failed += 1;
      const { client, path, reason, bytes, ms } = event;
      this.#logger.warn({ client, path, reason, bytes, ms }, 'tftp: transfer failed');
    }
    this.#emit(event);
  }

  #emit(event: TftpEvent): void {
    try {
      this.#options.onTransfer?.(event);
    } catch (error) {
      this.#fault(error);
    }
  }

  #release(exchange: Exchange): void {
    this.#exchanges.remove(exchange);
    if (this.#exchanges.size < this.#limits.transfers / 2) this.#full = false;
    if (this.#exchanges.size === 0) this.#idle?.();
  }

  #fault(error: unknown): void {
    this.counters.faults += 1;
    this.#logger.warn({ err: error }, 'tftp: a fault was caught at the socket');
  }
}
