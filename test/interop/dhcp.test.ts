import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import type { ServedNetwork } from '../../src/domain/lease/network.ts';
import { networkWith } from '../fakes/lease-world.ts';
import { DhcpLab, ended, missingFor } from './dhcp-lab.ts';

const missing = missingFor('ip', 'udhcpc', 'dhclient', 'nmap', 'dhcrelay', 'dnsmasq');

function rack(number: number, changes: Partial<ServedNetwork> = {}): ServedNetwork {
  const at = (host: number) => `10.${number}.0.${host}` as Ipv4Address;
  return networkWith({
    name: `rack${number}`,
    interface: `srv${number}`,
    subnet: { base: at(0), prefix: 24 },
    address: at(1),
    nextServer: at(1),
    router: at(1),
    dns: [at(1)],
    ranges: [{ first: at(100), last: at(199) }],
    ...changes,
  });
}

const udhcpc = (device: string, ...more: string[]) => [
  ...['udhcpc', '-i', device, '-f', '-n', '-q', '-t', '4', '-T', '2', '-s', '/bin/true', ...more],
];

describe.skipIf(missing !== undefined)(
  'real clients on two wires at once, with a wrong default route',
  () => {
    const lab = new DhcpLab();
    let server: string;
    let one: string;
    let two: string;
    let lines: readonly { readonly event: string }[];

    beforeAll(async () => {
      server = await lab.namespace('s');
      one = await lab.namespace('a');
      two = await lab.namespace('b');
      await lab.wire(
        { namespace: server, device: 'srv20', address: '10.20.0.1/24' },
        { namespace: one, device: 'cli20' },
      );
      await lab.wire(
        { namespace: server, device: 'srv21', address: '10.21.0.1/24' },
        { namespace: two, device: 'cli21' },
      );
      // Broadcasts of an unbound socket would all leave by this wire.
      await lab.inside(server, ['ip', 'route', 'add', 'default', 'via', '10.20.0.254', 'dev', 'srv20']);
      const data = mkdtempSync(join(lab.directory, 'data-'));
      ({ lines } = await lab.serve(server, {
        data,
        networks: [rack(20, { probe: true }), rack(21, { probe: true })],
      }));
    });
    afterAll(() => lab.close());

    it('udhcpc gets a lease on each', async () => {
      const [first, second] = await Promise.all([
        lab.inside(one, udhcpc('cli20')),
        lab.inside(two, udhcpc('cli21')),
      ]);
      expect(first.text).toMatch(/lease of 10\.20\.0\.1\d\d obtained from 10\.20\.0\.1/);
      expect(second.text).toMatch(/lease of 10\.21\.0\.1\d\d obtained from 10\.21\.0\.1/);
    });

    it('udhcpc gets the same address under another client identifier', async () => {
      const first = await lab.inside(one, udhcpc('cli20'));
      const second = await lab.inside(one, udhcpc('cli20', '-x', '0x3d:ff0102030405'));
      const address = /lease of (\S+)/.exec(first.text)?.[1];
      expect(address).toBeDefined();
      expect(/lease of (\S+)/.exec(second.text)?.[1]).toBe(address);
    });

    it('dhclient gets a lease, keeps it over a restart (INIT-REBOOT) and gives it back', async () => {
      const file = (name: string) => join(lab.directory, name);
      writeFileSync(file('dhclient.conf'), 'timeout 8; retry 1;');
      const command = (...more: string[]) => [
        ...['dhclient', '-4', '-v', '-cf', file('dhclient.conf'), '-lf', file('dhclient.leases')],
        ...['-pf', file('dhclient.pid'), '-sf', '/bin/true', ...more, 'cli21'],
      ];
      const first = await lab.inside(two, command('-1'));
      expect(first.text).toMatch(/DHCPACK of 10\.21\.0\.1\d\d from 10\.21\.0\.1/);
      await lab.inside(two, ['kill', readFileSync(file('dhclient.pid'), 'utf8').trim()]);
      const again = await lab.inside(two, command('-1'));
      expect(again.text).toMatch(/DHCPREQUEST for 10\.21\.0\.1\d\d/);
      expect(again.text).not.toMatch(/DHCPDISCOVER/);
      expect(again.text).toMatch(/DHCPACK/);
      const released = await lab.inside(two, command('-r'));
      expect(released.text).toMatch(/DHCPRELEASE of 10\.21\.0\.1\d\d/);
    });

    it('nmap finds the server and reads its options', async () => {
      // It looks at interfaces with an address only.
      await lab.inside(one, ['ip', 'address', 'add', '10.20.0.9/24', 'dev', 'cli20']);
      const { text } = await lab.inside(
        one,
        ['nmap', '-e', 'cli20', '--script', 'broadcast-dhcp-discover'],
        40_000,
      );
      expect(text).toMatch(/Server Identifier: 10\.20\.0\.1/);
      expect(text).toMatch(/Subnet Mask: 255\.255\.255\.0/);
    });

    it('an address where a stranger sits is not offered', async () => {
      const wish = '10.21.0.177';
      await lab.inside(two, ['ip', 'address', 'add', `${wish}/24`, 'dev', 'cli21']);
      const client = await lab.inside(two, [
        'ip',
        'link',
        'add',
        'link',
        'cli21',
        'name',
        'mac0',
        'type',
        'macvlan',
        'mode',
        'bridge',
      ]);
      expect(client.text).toBe('');
      await lab.inside(two, ['ip', 'link', 'set', 'mac0', 'up']);
      const { text } = await lab.inside(two, udhcpc('mac0', '-r', wish));
      expect(text).toMatch(/lease of 10\.21\.0\.\d+ obtained/);
      expect(text).not.toContain(`lease of ${wish} `);
      expect(lines.some((line) => (line as { type?: string }).type === 'dhcp.conflict')).toBe(true);
    });
  },
);

describe.skipIf(missing !== undefined)('through a relay', () => {
  const lab = new DhcpLab();
  afterAll(() => lab.close());

  it('dhcrelay with option 82 carries a lease of the far network', async () => {
    const server = await lab.namespace('s');
    const relay = await lab.namespace('r');
    const client = await lab.namespace('c');
    await lab.wire(
      { namespace: server, device: 'srv20', address: '10.20.0.1/24' },
      { namespace: relay, device: 'up0', address: '10.20.0.2/24' },
    );
    await lab.wire(
      { namespace: relay, device: 'down0', address: '10.30.0.1/24' },
      { namespace: client, device: 'cli30' },
    );
    await lab.inside(server, ['ip', 'route', 'add', '10.30.0.0/24', 'via', '10.20.0.2']);
    const data = mkdtempSync(join(lab.directory, 'data-'));
    const far = rack(30, { interface: undefined, address: '10.20.0.1' as Ipv4Address });
    await lab.serve(server, { data, networks: [rack(20), far] });
    lab.start(relay, ['dhcrelay', '-4', '-d', '-a', '-id', 'down0', '-iu', 'up0', '10.20.0.1']);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { text } = await lab.inside(client, udhcpc('cli30'));
    expect(text).toMatch(/lease of 10\.30\.0\.1\d\d obtained from 10\.20\.0\.1/);
  });
});

describe.skipIf(missing !== undefined)('beside another server', () => {
  const lab = new DhcpLab();
  afterAll(() => lab.close());

  it('a rival on our wire is found and reported, and a proxy leaves addresses to it', async () => {
    const bridge = await lab.namespace('b');
    const rival = await lab.namespace('d');
    const server = await lab.namespace('s');
    const proxy = await lab.namespace('p');
    const client = await lab.namespace('c');
    await lab.inside(bridge, ['ip', 'link', 'add', 'br0', 'type', 'bridge']);
    await lab.inside(bridge, ['ip', 'link', 'set', 'br0', 'up']);
    const plug = async (namespace: string, device: string, address?: string) => {
      await lab.wire(
        { namespace: bridge, device: `p-${device}` },
        { namespace, device, ...(address === undefined ? {} : { address }) },
      );
      await lab.inside(bridge, ['ip', 'link', 'set', `p-${device}`, 'master', 'br0']);
    };
    await plug(rival, 'dns0', '10.20.0.3/24');
    await plug(proxy, 'srv21', '10.20.0.2/24');
    await plug(server, 'srv20', '10.20.0.1/24');
    await plug(client, 'cli0');
    lab.start(rival, [
      ...[
        'dnsmasq',
        '-k',
        '--conf-file=/dev/null',
        '--port=0',
        '--interface=dns0',
        '--bind-interfaces',
        '--no-ping',
      ],
      ...[
        '--dhcp-range=10.20.0.50,10.20.0.60,1h',
        '--dhcp-authoritative',
        `--dhcp-leasefile=${join(lab.directory, 'dnsmasq')}`,
      ],
    ]);
    const address = '10.20.0.2' as Ipv4Address;
    const subnet = { base: '10.20.0.0' as Ipv4Address, prefix: 24 };
    const data = mkdtempSync(join(lab.directory, 'data-'));
    await lab.serve(proxy, {
      data,
      networks: [rack(21, { dhcp: 'proxy', address, nextServer: address, subnet, ranges: [] })],
    });
    await new Promise((resolve) => setTimeout(resolve, 500));

    const { text } = await lab.inside(client, udhcpc('cli0', '-V', 'PXEClient:Arch:00000:UNDI:002001'));
    expect(text).toMatch(/lease of 10\.20\.0\.[56]\d obtained from 10\.20\.0\.3/);

    const other = mkdtempSync(join(lab.directory, 'data-'));
    const { lines } = await lab.serve(server, { data: other, networks: [rack(20)] });
    await expect
      .poll(() => lines.filter((line) => line['type'] === 'dhcp.rival').length, { timeout: 8000 })
      .toBe(1);
    expect(lines.find((line) => line['type'] === 'dhcp.rival')).toMatchObject({
      level: 'alert',
      data: { server: '10.20.0.3' },
    });
  });
});

describe.skipIf(missing !== undefined)('kill -9', () => {
  const lab = new DhcpLab();
  afterAll(() => lab.close());

  it('in the middle of a hundred exchanges loses no acknowledged lease', async () => {
    const server = await lab.namespace('s');
    const client = await lab.namespace('c');
    await lab.wire(
      { namespace: server, device: 'srv20', address: '10.20.0.1/24' },
      { namespace: client, device: 'cli0', address: '10.20.0.2/24' },
    );
    const data = mkdtempSync(join(lab.directory, 'data-'));
    const { child } = await lab.serve(server, { data, networks: [rack(20)], quiet: true });
    const script = new URL('./dhcp-clients.ts', import.meta.url).pathname;
    const clients = lab.inside(client, [process.execPath, script, '10.20.0.1', '10.20.0.2', '100']);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await ended(child);
    const acknowledged = JSON.parse((await clients).text) as Record<string, string>;
    expect(Object.keys(acknowledged).length).toBeGreaterThan(0);

    const database = new Database(join(data, 'leases.db'), { readonly: true });
    const rows = database.prepare('SELECT mac, address FROM lease').all() as {
      mac: string;
      address: number;
    }[];
    database.close();
    const stored = new Map(rows.map(({ mac, address }) => [mac, address]));
    for (const [mac, address] of Object.entries(acknowledged)) {
      expect(stored.get(mac), mac).toBe(
        address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0),
      );
    }
  });
});
