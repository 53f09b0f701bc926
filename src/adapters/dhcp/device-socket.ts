import koffi from 'koffi';

/*
 * Node has no SO_BINDTODEVICE, and without it a datagram does not say on which interface it came in and a broadcast
 * leaves by the default route. These few system calls make the socket; dgram adopts its descriptor and does the rest.
 * Constants are those of Linux on every architecture it is built for here (x86-64, arm64).
 */
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC_NONBLOCK = 2 | 0o2000000 | 0o4000;
const SOL_SOCKET = 1;
const SO_BROADCAST = 6;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const RECEIVE_BYTES = 8 * 1024 * 1024;
const SEND_BYTES = 64 * 1024 * 1024;

/** Why the kernel refused, by errno. */
export class SocketError extends Error {
  readonly code: string;
  constructor(call: string, code: string) {
    super(`${call}: ${code}`);
    this.name = 'SocketError';
    this.code = code;
  }
}

interface Libc {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Buffer, length: number) => number;
  readonly bind: (fd: number, address: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
}

let libc: Libc | undefined;

function load(): Libc {
  if (libc !== undefined) return libc;
  const library = koffi.load('libc.so.6');
  libc = {
    socket: library.func('int socket(int, int, int)') as Libc['socket'],
    setsockopt: library.func('int setsockopt(int, int, int, const void *, uint32_t)') as Libc['setsockopt'],
    bind: library.func('int bind(int, const void *, uint32_t)') as Libc['bind'],
    close: library.func('int close(int)') as Libc['close'],
  };
  return libc;
}

/**
 * A UDP socket on `0.0.0.0:port` that hears and speaks on one device only.
 *
 * SO_REUSEADDR is left off on purpose: sockets on different devices do not clash without it, and with it a second
 * server on the same device would share the port without a word.
 *
 * @returns the file descriptor; the caller owns it
 * @throws SocketError with the errno name
 */
export function openDeviceSocket(device: string, port: number): number {
  const { socket, setsockopt, bind, close } = load();
  const fd = socket(AF_INET, SOCK_DGRAM_CLOEXEC_NONBLOCK, 0);
  if (fd < 0) throw new SocketError('socket', errnoName());
  const set = (name: number, value: Buffer): number => setsockopt(fd, SOL_SOCKET, name, value, value.length);
  const fail = (call: string): never => {
    const code = errnoName();
    close(fd);
    throw new SocketError(call, code);
  };
  if (set(SO_BROADCAST, int32(1)) < 0) fail('SO_BROADCAST');
  if (set(SO_BINDTODEVICE, Buffer.from(`${device}\0`)) < 0) fail('SO_BINDTODEVICE');
  // A rack that powers on at once must fit; only root may go past rmem_max.
  if (set(SO_RCVBUFFORCE, int32(RECEIVE_BYTES)) < 0) set(SO_RCVBUF, int32(RECEIVE_BYTES));
  // A reply to a relay or host that is not there waits three seconds for ARP and counts against this buffer meanwhile:
  // with the default, packets with a made-up giaddr would silence the server for everyone else.
  if (set(SO_SNDBUFFORCE, int32(SEND_BYTES)) < 0) set(SO_SNDBUF, int32(SEND_BYTES));
  if (bind(fd, wildcard(port), 16) < 0) fail('bind');
  return fd;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function wildcard(port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  return address;
}

function errnoName(): string {
  const number = koffi.errno();
  const found = Object.entries(koffi.os.errno).find(([, value]) => value === number);
  return found?.[0] ?? `errno ${number}`;
}
