import { beforeEach, describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';
import { BootScripts } from '../../../../src/domain/boot/boot-scripts.ts';
import { BootTokens } from '../../../../src/domain/access/boot-tokens.ts';
import { HostInventory } from '../../../../src/domain/host/inventory.ts';
import { parseIpv4, UNSPECIFIED } from '../../../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import type { MacAddress } from '../../../../src/protocol/address/mac.ts';
import { MemoryBootTokenStore } from '../../../fakes/boot-token-store.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { MemoryHostStore } from '../../../fakes/host-store.ts';
import { mac, MAC } from '../../../fakes/hosts.ts';
import { aMedium, memoryMediaStore } from '../../../fakes/media-stores.ts';

const NEIGHBOUR = mac('52:54:00:00:00:99');
const SERVER = address('10.20.0.1');

function address(text: string): Ipv4Address {
  return parseIpv4(text) ?? UNSPECIFIED;
}

let scripts: BootScripts;
let hosts: HostInventory;
let events: RecordingEventLog;
let tokens: MemoryBootTokenStore;
let leases: Map<string, MacAddress>;

beforeEach(async () => {
  events = new RecordingEventLog();
  tokens = new MemoryBootTokenStore();
  leases = new Map([
    ['10.20.0.100', MAC],
    ['10.20.0.101', NEIGHBOUR],
  ]);
  const clock = new FakeClock();
  const media = memoryMediaStore();
  await media.add(aMedium({ name: 'ol8' }));
  hosts = await HostInventory.load({
    store: new MemoryHostStore(),
    events,
    clock,
    ids: { next: () => String(Math.random()) },
    sources: {
      cluster: () => Promise.resolve(),
      medium: () => Promise.resolve('ol8'),
      image: () => Promise.resolve('ock'),
    },
  });
  await hosts.add(
    { name: 'node1', macs: [MAC], assignment: { cluster: 'c1', role: 'control-plane' } },
    'admin',
  );
  scripts = new BootScripts({
    hosts,
    media,
    tokens: new BootTokens({ store: tokens, events, clock }),
    events,
    clock,
    templates: new EjsTemplates('boot-templates'),
    macAt: (client) => leases.get(client),
  });
});

function fetch(asked: MacAddress, client: string): Promise<string> {
  return scripts.scriptFor({
    mac: asked,
    language: 'ipxe',
    client: address(client),
    at: { server: SERVER, port: 8080 },
  });
}

describe('a boot script', () => {
  it('holds a token for the armed host that asks from its own lease, and notes the card it boots by', async () => {
    await hosts.arm('node1', {}, 'admin');
    expect(await fetch(MAC, '10.20.0.100')).toMatch(/\/t\/[\w-]{43}\/kickstart/);
    expect(tokens.records.size).toBe(1);
    expect(hosts.find('node1').install?.bootMac).toBe(MAC);
  });

  it('holds none for a neighbour that names an armed host’s MAC, and raises an alert', async () => {
    await hosts.arm('node1', {}, 'admin');
    expect(await fetch(MAC, '10.20.0.101')).not.toContain('/t/');
    expect(tokens.records.size).toBe(0);
    expect(events.events.find(({ type }) => type === 'boot.imposter')).toMatchObject({
      level: 'alert',
      address: '10.20.0.101',
    });
  });

  it('holds none for a host that nobody armed, nor for a machine that nobody knows', async () => {
    expect(await fetch(MAC, '10.20.0.100')).not.toContain('/t/');
    expect(await fetch(NEIGHBOUR, '10.20.0.101')).toContain('is not registered yet');
    expect(tokens.records.size).toBe(0);
    expect(hosts.byMac(NEIGHBOUR)?.state).toBe('discovered');
  });

  it('is told once a minute however often a machine asks', async () => {
    for (let asked = 0; asked < 50; asked += 1) await fetch(NEIGHBOUR, '10.20.0.101');
    expect(events.events.filter(({ type }) => type === 'boot.script')).toHaveLength(1);
  });
});
