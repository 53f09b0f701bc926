import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { decodePacket, encodePacket } from '../../src/protocol/tftp/packet.ts';
import type { TftpPacket } from '../../src/protocol/tftp/packet.ts';
import type { Stopwatch } from './stopwatch.ts';

const PATIENCE_MS = 4000;
const TRIES = 6;
/** EDK2's, for an MTU of 1500. */
const BLOCK_SIZE = 1468;

/** Who fetches what from where. */
export interface TftpFetch {
  readonly localAddress: string;
  readonly server: string;
  readonly file: string;
}

/**
 * Fetches a file as EDK2 does: a first request only asks for the size and is broken off with an error, a second one reads
 * the file in lockstep.
 *
 * @returns how many bytes came; they are as many as the server promised
 * @throws Error when the server refuses or falls silent
 */
export async function fetchByTftp(fetch: TftpFetch, stopwatch: Stopwatch): Promise<number> {
  const size = await withSocket(fetch, (socket) => probe(socket, fetch, stopwatch));
  const received = await withSocket(fetch, (socket) => read(socket, fetch, stopwatch));
  if (received !== size) throw new Error(`${fetch.file} has ${received} bytes, ${size} were promised`);
  return received;
}

async function withSocket<T>({ localAddress }: TftpFetch, use: (socket: Socket) => Promise<T>): Promise<T> {
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
  try {
    // With a lookup that answers at once, a socket may listen before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind(0, localAddress);
    await listening;
    return await use(socket);
  } finally {
    socket.close();
  }
}

async function probe(socket: Socket, { server, file }: TftpFetch, stopwatch: Stopwatch): Promise<number> {
  const options = [
    ['tsize', '0'],
    ['blksize', String(BLOCK_SIZE)],
  ] as const;
  const request: TftpPacket = { kind: 'rrq', filename: file, mode: 'octet', options };
  const { packet, from } = await exchange(socket, request, server, 69, stopwatch);
  if (packet.kind !== 'oack') throw new Error(`${file}: no answer to the question for its size`);
  const abort: TftpPacket = { kind: 'error', code: 8, message: 'User aborted the transfer' };
  socket.send(encodePacket(abort), from.port, server);
  return Number(packet.options.find(([name]) => name.toLowerCase() === 'tsize')?.[1]);
}

async function read(socket: Socket, { server, file }: TftpFetch, stopwatch: Stopwatch): Promise<number> {
  const options = [['blksize', String(BLOCK_SIZE)]] as const;
  let sent: TftpPacket = { kind: 'rrq', filename: file, mode: 'octet', options };
  let port = 69;
  let received = 0;
  let block = 0;
  for (;;) {
    const { packet, from } = await exchange(socket, sent, server, port, stopwatch);
    port = from.port;
    if (packet.kind === 'data' && packet.block === ((block + 1) & 0xffff)) {
      block += 1;
      received += packet.bytes.length;
      if (packet.bytes.length < BLOCK_SIZE) {
        socket.send(encodePacket({ kind: 'ack', block }), port, server);
        return received;
      }
    }
    sent = { kind: 'ack', block };
  }
}

/** Sends until something comes that is not an old block. */
function exchange(
  socket: Socket,
  packet: TftpPacket,
  server: string,
  port: number,
  stopwatch: Stopwatch,
): Promise<{ packet: TftpPacket; from: RemoteInfo }> {
  return new Promise((resolve, reject) => {
    let tries = 0;
    const bytes = encodePacket(packet);
    const send = (): void => {
      tries += 1;
      if (tries > TRIES) {
        done();
        reject(new Error('the TFTP server is silent'));
        return;
      }
      if (tries > 1) stopwatch.count('TFTP packet sent again');
      socket.send(bytes, port, server);
    };
    const timer = setInterval(send, PATIENCE_MS);
    const done = (): void => {
      clearInterval(timer);
      socket.off('message', receive);
    };
    const receive = (datagram: Buffer, from: RemoteInfo): void => {
      const answer = decodePacket(datagram);
      if (answer === undefined) return;
      done();
      if (answer.kind === 'error') reject(new Error(`TFTP: ${answer.message}`));
      else resolve({ packet: answer, from });
    };
    socket.on('message', receive);
    send();
  });
}
