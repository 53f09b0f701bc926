import { createSocket } from 'node:dgram';
import { corpus } from './dhcp-corpus.ts';
import { mutate, randomOf } from './mutate.ts';

/** Sends mutated packets to 10.20.0.1, as fast as it takes them: `node dhcp-sender.ts COUNT SEED`. */
const [count = 0, seed = 1] = process.argv.slice(2).map(Number);
const seeds = corpus();
const random = randomOf(seed);
const socket = createSocket('udp4');
let sent = 0;

function portion(): void {
  for (let index = 0; index < 50 && sent < count; index += 1, sent += 1) {
    const bytes = mutate(seeds[random() % seeds.length] ?? Buffer.alloc(0), (seed * 1_000_003 + sent) >>> 0);
    socket.send(bytes, sent % 16 === 0 ? 4011 : 67, '10.20.0.1', () => undefined);
  }
  if (sent < count) setTimeout(portion, 2);
  else {
    process.stdout.write(`${sent} packets sent, seed ${seed}`);
    socket.close();
  }
}

portion();
