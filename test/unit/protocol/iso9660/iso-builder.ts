import type { RandomAccess } from '../../../../src/protocol/iso9660/random-access.ts';

/** A node of a tree to be built. */
export type Node =
  | { readonly dir: Readonly<Record<string, Node>>; readonly rockName?: string }
  | { readonly data: Buffer; readonly rockName?: string; readonly parts?: number; readonly mode?: number }
  | { readonly link: string };

export interface BuildOptions {
  readonly naming?: 'rock-ridge' | 'joliet' | 'plain';
  readonly label?: string;
}

const SECTOR = 2048;

function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

function susp(signature: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature), Buffer.from([data.length + 4, 1]), data]);
}

/** SL components as Rock Ridge stores them. */
function linkData(target: string): Buffer {
  const parts = target.split('/').map((part, index) => {
    if (part === '' && index === 0) return Buffer.from([8, 0]);
    if (part === '.') return Buffer.from([2, 0]);
    if (part === '..') return Buffer.from([4, 0]);
    return Buffer.concat([Buffer.from([0, part.length]), Buffer.from(part)]);
  });
  return Buffer.concat([Buffer.from([0]), ...parts]);
}

/** Builds small ISO 9660 images, good ones and bad ones: names are written as they are given. */
export class IsoBuilder {
  readonly #sectors: Buffer[] = Array.from({ length: 20 }, () => Buffer.alloc(SECTOR));
  readonly #naming: NonNullable<BuildOptions['naming']>;
  readonly #label: string;
  #counter = 0;

  constructor(options: BuildOptions = {}) {
    this.#naming = options.naming ?? 'rock-ridge';
    this.#label = options.label ?? 'TEST';
  }

  /** @param more further directory records, put into the root as they are */
  build(root: Readonly<Record<string, Node>>, more: readonly Buffer[] = []): Buffer {
    const { block, size } = this.#directory(root, true, more);
    const descriptor = this.#descriptor(1, block, size);
    descriptor.write(this.#label.padEnd(32), 40, 'latin1');
    descriptor.copy(this.#sector(16));
    if (this.#naming === 'joliet') {
      const joliet = this.#descriptor(2, block, size);
      joliet.write('%/E', 88, 'latin1');
      joliet.copy(this.#sector(17));
    } else {
      Buffer.from('\0CD001\x01EL TORITO SPECIFICATION').copy(this.#sector(17));
      this.#sector(17).writeUInt32LE(19, 71);
      this.#bootCatalog().copy(this.#sector(19));
    }
    Buffer.from('\xffCD001\x01', 'latin1').copy(this.#sector(18));
    this.#sector(16).writeUInt32LE(this.#sectors.length, 80);
    return Buffer.concat(this.#sectors);
  }

  /** A directory record with anything in it. */
  record(fields: { name: Buffer; block: number; size: number; flags?: number; systemUse?: Buffer }): Buffer {
    const { name, systemUse = Buffer.alloc(0) } = fields;
    const nameEnd = 33 + name.length + ((name.length + 1) % 2);
    const length = nameEnd + systemUse.length + (systemUse.length % 2);
    const record = Buffer.alloc(length);
    record.writeUInt8(length, 0);
    both32(fields.block).copy(record, 2);
    both32(fields.size).copy(record, 10);
    record.writeUInt8(fields.flags ?? 0, 25);
    record.writeUInt8(name.length, 32);
    name.copy(record, 33);
    systemUse.copy(record, nameEnd);
    return record;
  }

  #sector(index: number): Buffer {
    return this.#sectors[index] ?? Buffer.alloc(SECTOR);
  }

  #store(bytes: Buffer): number {
    const block = this.#sectors.length;
    for (let at = 0; at < bytes.length; at += SECTOR) {
      const sector = Buffer.alloc(SECTOR);
      bytes.copy(sector, 0, at);
      this.#sectors.push(sector);
    }
    return block;
  }

  #directory(
    nodes: Readonly<Record<string, Node>>,
    isRoot: boolean,
    more: readonly Buffer[],
  ): { block: number; size: number } {
    const sp = susp('SP', Buffer.from([0xbe, 0xef, 0]));
    const self = this.record({
      name: Buffer.from([0]),
      block: 0,
      size: 0,
      flags: 2,
      systemUse: isRoot && this.#naming === 'rock-ridge' ? sp : Buffer.alloc(0),
    });
    const records = [self, this.record({ name: Buffer.from([1]), block: 0, size: 0, flags: 2 })];
    for (const [name, node] of Object.entries(nodes)) records.push(...this.#records(name, node));
    const packed: Buffer[] = [];
    let at = 0;
    for (const record of [...records, ...more]) {
      const left = SECTOR - (at % SECTOR);
      if (record.length > left) {
        packed.push(Buffer.alloc(left));
        at += left;
      }
      packed.push(record);
      at += record.length;
    }
    packed.push(Buffer.alloc((SECTOR - (at % SECTOR)) % SECTOR));
    const bytes = Buffer.concat(packed);
    const block = this.#sectors.length;
    both32(block).copy(bytes, 2);
    both32(bytes.length).copy(bytes, 10);
    this.#store(bytes);
    return { block, size: bytes.length };
  }

  #records(name: string, node: Node): Buffer[] {
    const identifier = this.#identifier(name, 'dir' in node);
    if ('dir' in node) {
      const { block, size } = this.#directory(node.dir, false, []);
      return [
        this.record({ ...identifier, block, size, flags: 2, ...this.#rock(node.rockName ?? name, 0o040755) }),
      ];
    }
    if ('link' in node) {
      const rock = this.#rock(name, 0o120777, susp('SL', linkData(node.link)));
      return [this.record({ ...identifier, block: 0, size: 0, ...rock })];
    }
    const parts = node.parts ?? 1;
    const piece = Math.ceil(node.data.length / parts / SECTOR) * SECTOR;
    return Array.from({ length: parts }, (_, index) => {
      const data = node.data.subarray(index * piece, (index + 1) * piece);
      return this.record({
        ...identifier,
        block: this.#store(data),
        size: data.length,
        flags: index < parts - 1 ? 0x80 : 0,
        ...this.#rock(node.rockName ?? name, node.mode ?? 0o100644),
      });
    });
  }

  #identifier(name: string, isDirectory: boolean): { name: Buffer } {
    if (this.#naming === 'joliet') return { name: Buffer.from(name, 'utf16le').swap16() };
    if (this.#naming === 'plain') return { name: Buffer.from(isDirectory ? name : `${name};1`) };
    this.#counter += 1;
    return { name: Buffer.from(`F${this.#counter}${isDirectory ? '' : '.;1'}`) };
  }

  #rock(name: string, mode: number, more: Buffer = Buffer.alloc(0)): { systemUse?: Buffer } {
    if (this.#naming !== 'rock-ridge') return {};
    const half = Math.ceil(name.length / 2);
    const px = susp('PX', Buffer.concat([both32(mode), both32(1), both32(0), both32(0)]));
    const names = [
      susp('NM', Buffer.concat([Buffer.from([1]), Buffer.from(name.slice(0, half))])),
      susp('NM', Buffer.concat([Buffer.from([0]), Buffer.from(name.slice(half))])),
    ];
    return { systemUse: Buffer.concat([px, ...names, more]) };
  }

  #descriptor(type: number, block: number, size: number): Buffer {
    const descriptor = Buffer.alloc(SECTOR);
    descriptor.writeUInt8(type, 0);
    descriptor.write('CD001', 1, 'latin1');
    descriptor.writeUInt8(1, 6);
    descriptor.writeUInt16LE(SECTOR, 128);
    this.record({ name: Buffer.from([0]), block, size, flags: 2 }).copy(descriptor, 156);
    return descriptor;
  }

  #bootCatalog(): Buffer {
    const catalog = Buffer.alloc(SECTOR);
    catalog.writeUInt8(1, 0);
    catalog.writeUInt16LE(0xaa55, 30);
    catalog.writeUInt16LE(0x10000 - (0xaa55 + 1), 28);
    catalog.writeUInt8(0x88, 32);
    catalog.writeUInt16LE(4, 38);
    catalog.writeUInt32LE(30, 40);
    Buffer.from([0x91, 0xef, 1, 0]).copy(catalog, 64);
    catalog.writeUInt8(0x88, 96);
    catalog.writeUInt32LE(31, 104);
    return catalog;
  }
}

export function memory(bytes: Buffer): RandomAccess {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
