import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/domain/doctor/diagnose.ts';
import { foreignDhcpSnippets } from '../../../../src/domain/doctor/foreign-dhcp.ts';
import type { Finding } from '../../../../src/domain/doctor/finding.ts';
import type { ConfiguredNetwork, PortUse, Snapshot } from '../../../../src/domain/doctor/snapshot.ts';
import { parseIpv4 } from '../../../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { parseSubnet } from '../../../../src/protocol/address/subnet.ts';

function ip(text: string): Ipv4Address {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(text);
  return address;
}

const subnet = parseSubnet('10.20.0.0/24');
if (subnet === undefined) throw new Error('subnet');
const rack1: ConfiguredNetwork = {
  name: 'rack1',
  interface: 'eth1',
  subnet,
  address: ip('10.20.0.1'),
  dhcp: 'authoritative',
};

const healthy: Snapshot = {
  now: Date.UTC(2026, 10, 20),
  daemon: { kind: 'running', failing: [] },
  config: { kind: 'read', networks: [rack1], httpPort: 8080 },
  interfaces: new Map([['eth1', { up: true, carrier: true, addresses: [ip('10.20.0.1')] }]]),
  ports: [],
  rivals: [],
  library: { media: ['ol8'], images: ['ock'], firstStage: ['undionly.kpxe', 'ipxe.efi'] },
  disk: { directory: '/var/lib/hearth', freeBytes: 2 ** 37, totalBytes: 2 ** 38, writable: true },
  clock: { synchronised: true },
  mayOpenLowPorts: true,
};

const bad = (change: Partial<Snapshot>): readonly Finding[] =>
  diagnose({ ...healthy, ...change }).filter((finding) => finding.level !== 'ok');

const interfaceState = (state: object): Partial<Snapshot> => ({
  interfaces: new Map([['eth1', { up: true, carrier: true, addresses: [ip('10.20.0.1')], ...state }]]),
});

const held = (use: Partial<PortUse>): Partial<Snapshot> => ({
  ports: [
    {
      protocol: 'udp',
      address: ip('0.0.0.0'),
      port: 67,
      holder: { name: 'dnsmasq', pid: 42 },
      ours: false,
      ...use,
    },
  ],
});

describe('doctor', () => {
  it('finds nothing wrong with a healthy appliance', () => {
    expect(bad({})).toEqual([]);
  });

  it.each<[string, Partial<Snapshot>, 'problem' | 'warning', RegExp, RegExp]>([
    [
      'a daemon that is down',
      { daemon: { kind: 'stopped', reason: 'nobody answers' } },
      'problem',
      /nobody answers/,
      /systemctl start/,
    ],
    [
      'an interface that is not there',
      { interfaces: new Map() },
      'problem',
      /eth1 does not exist/,
      /has: none/,
    ],
    [
      'an interface that is down',
      interfaceState({ up: false }),
      'problem',
      /eth1 is down/,
      /ip link set eth1 up/,
    ],
    [
      'an address that is missing',
      interfaceState({ addresses: [] }),
      'problem',
      /10\.20\.0\.1/,
      /ip address add 10\.20\.0\.1\/24 dev eth1/,
    ],
    [
      'another address in the subnet',
      interfaceState({ addresses: [ip('10.20.0.9')] }),
      'problem',
      /10\.20\.0\.1/,
      /address: 10\.20\.0\.9/,
    ],
    ['a cable that is out', interfaceState({ carrier: false }), 'warning', /no link/, /cable/],
    [
      'a foreign DHCP server on this machine',
      held({}),
      'problem',
      /67\/udp.*dnsmasq \(process 42\)/,
      /snippets/,
    ],
    ['a port whose holder cannot be seen', held({ holder: undefined }), 'problem', /another program/, /root/],
    [
      'a rival on the wire',
      { rivals: [{ address: '10.20.0.7', network: 'rack1' }] },
      'warning',
      /10\.20\.0\.7/,
      /proxy/,
    ],
    [
      'no medium',
      { library: { ...healthy.library, media: [] } },
      'warning',
      /no installer medium/,
      /media import/,
    ],
    [
      'no iPXE',
      { library: { ...healthy.library, firstStage: [] } },
      'problem',
      /undionly\.kpxe and ipxe\.efi are/,
      /apt install ipxe/,
    ],
    ['a clock of 1970', { now: 86_400_000 }, 'problem', /1970-01-02/, /timedatectl/],
    ['a clock that nothing keeps', { clock: { synchronised: false } }, 'warning', /nothing keeps/, /chrony/],
    [
      'a full disk',
      { disk: { directory: '/d', freeBytes: 1000, totalBytes: 2000, writable: true } },
      'problem',
      /0\.0 GiB free/,
      /Free space/,
    ],
    [
      'a read-only disk',
      { disk: { directory: '/d', freeBytes: 2 ** 40, totalBytes: 2 ** 41, writable: false } },
      'problem',
      /cannot be written/,
      /read-write/,
    ],
    [
      'a mistake in hearth.yaml',
      { config: { kind: 'wrong', message: 'hearth.yaml:3: no', remedy: 'Correct it.' } },
      'problem',
      /hearth\.yaml:3/,
      /Correct/,
    ],
    [
      'no network at all',
      { config: { kind: 'read', networks: [], httpPort: 8080 } },
      'warning',
      /no network/,
      /networks/,
    ],
  ])('names %s and what to do', (_name, change, level, what, remedy) => {
    const [finding, ...others] = bad(change);
    expect(others).toEqual([]);
    expect(finding?.level).toBe(level);
    expect(finding?.what).toMatch(what);
    expect(finding?.remedy).toMatch(remedy);
  });

  it('warns of missing privileges only while nothing runs', () => {
    expect(bad({ mayOpenLowPorts: false })).toEqual([]);
    const stopped = { mayOpenLowPorts: false, daemon: { kind: 'stopped', reason: 'x' } } as const;
    expect(bad(stopped).map(({ subject }) => subject)).toEqual(['daemon', 'privileges']);
  });

  it('does not mind its own sockets, nor TFTP on an address that is not served', () => {
    expect(bad(held({ ours: true }))).toEqual([]);
    expect(bad(held({ port: 69, address: ip('192.0.2.1') }))).toEqual([]);
    expect(bad(held({ port: 69, address: ip('10.20.0.1') }))).toHaveLength(1);
  });
});

describe('snippets for a DHCP server that stays', () => {
  it('send each kind of machine to its first stage and iPXE to its script', () => {
    for (const { text } of foreignDhcpSnippets('10.20.0.1', 8080)) {
      expect(text).toContain('undionly.kpxe');
      expect(text).toContain('ipxe.efi');
      expect(text).toContain('http://10.20.0.1:8080/boot/${mac:hexhyp}/ipxe');
    }
  });
});
