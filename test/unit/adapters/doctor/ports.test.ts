import { describe, expect, it } from 'vitest';
import { parseSocketLine } from '../../../../src/adapters/doctor/ports.ts';

describe('a line of /proc/net', () => {
  it('gives address, port and inode of a waiting UDP socket', () => {
    const line =
      '  123: 0100140A:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0 0';
    expect(parseSocketLine('udp', line)).toEqual([
      { protocol: 'udp', address: '10.20.0.1', port: 67, inode: '4711' },
    ]);
  });

  it('takes IPv6 wildcards for every address and mapped addresses for themselves', () => {
    const tail = '00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 9 1 0';
    expect(parseSocketLine('tcp', ` 0: 00000000000000000000000000000000:1F90 ${tail}`)[0]?.address).toBe(
      '0.0.0.0',
    );
    expect(parseSocketLine('tcp', ` 0: 0000000000000000FFFF00000100007F:1F90 ${tail}`)[0]?.address).toBe(
      '127.0.0.1',
    );
  });

  it('is passed over when it is a header, a connection or nonsense', () => {
    const connected = ' 0: 0100007F:1F90 0100007F:AAAA 01 00000000:00000000 00:00000000 00000000 0 0 9 1';
    for (const line of ['', '  sl  local_address rem_address   st', connected, 'x y z']) {
      expect(parseSocketLine('tcp', line)).toEqual([]);
    }
  });
});
