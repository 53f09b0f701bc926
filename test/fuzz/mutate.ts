/** A small fast generator, the same for the same seed on every machine (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const INTERESTING = [0, 1, 2, 3, 4, 16, 17, 52, 53, 82, 127, 128, 254, 255];

/** A packet with some bytes set, swapped, cut, doubled or made long. */
export function mutate(packet: Uint8Array, seed: number): Buffer {
  const random = randomOf(seed);
  let bytes = Buffer.from(packet);
  const changes = 1 + (random() % 8);
  for (let index = 0; index < changes; index += 1) {
    // Mostly among the options, where the parsing is.
    const from = random() % 4 === 0 ? 0 : Math.min(236, bytes.length);
    const at = from + (random() % Math.max(1, bytes.length - from));
    switch (random() % 6) {
      case 0:
        if (at < bytes.length) bytes[at] = random() & 255;
        break;
      case 1:
        if (at < bytes.length) bytes[at] = INTERESTING[random() % INTERESTING.length] ?? 0;
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 2000);
        break;
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.alloc(random() % 600, random() & 255),
          bytes.subarray(at),
        ]);
        break;
      default:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << (random() & 7));
    }
  }
  return bytes;
}
