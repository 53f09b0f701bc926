import { beforeEach, describe, expect, it } from 'vitest';
import { HostInventory } from '../../../../src/domain/host/inventory.ts';
import type { Sighting } from '../../../../src/domain/host/host.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { MemoryHostStore } from '../../../fakes/host-store.ts';
import { mac, MAC } from '../../../fakes/hosts.ts';

const OTHER = mac('52:54:00:00:00:02');
const cluster = { cluster: 'c1', role: 'worker' } as const;

let store: MemoryHostStore;
let events: RecordingEventLog;
let clock: FakeClock;
let inventory: HostInventory;
let sequence = 0;

function load(): Promise<HostInventory> {
  return HostInventory.load({
    store,
    events,
    clock,
    ids: { next: () => `id${(sequence += 1)}` },
    sources: {
      cluster: () => Promise.resolve(),
      medium: (name) => Promise.resolve(name ?? 'ol8'),
      image: (name) => Promise.resolve(name ?? 'ock'),
    },
  });
}

beforeEach(async () => {
  store = new MemoryHostStore();
  events = new RecordingEventLog();
  clock = new FakeClock();
  inventory = await load();
});

function sighting(change: Partial<Sighting> = {}): Sighting {
  return { at: clock.now(), network: 'rack1', mac: MAC, ...change };
}

describe('the inventory', () => {
  it('records a machine it never saw as discovered, once however often it asks', async () => {
    await inventory.sighted(sighting());
    await inventory.sighted(sighting());
    expect(inventory.all()).toMatchObject([{ state: 'discovered', name: 'host-525400123456' }]);
    expect(events.texts().filter((text) => text.includes('appeared'))).toHaveLength(1);
  });

  it('is not filled by a flood of made-up MACs, and still sees a machine that boots from the network', async () => {
    for (let at = 0; at < 300; at += 1) {
      await inventory.sighted(
        sighting({
          mac: mac(
            `02:00:00:00:${(at >> 8).toString(16).padStart(2, '0')}:${(at & 255).toString(16).padStart(2, '0')}`,
          ),
        }),
      );
    }
    expect(inventory.all()).toHaveLength(50);
    await inventory.sighted(sighting({ vendorClass: 'PXEClient:Arch:00007:UNDI:003016' }));
    expect(inventory.byMac(MAC)?.state).toBe('discovered');
  });

  it('takes a discovered machine over when a host with its MAC is added', async () => {
    await inventory.sighted(sighting());
    await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    expect(inventory.all()).toMatchObject([{ state: 'registered', name: 'node1' }]);
    expect(inventory.byMac(MAC)?.name).toBe('node1');
    expect(inventory.byName('host-525400123456')).toBeUndefined();
  });

  it('comes back from the store as it was', async () => {
    await inventory.add({ name: 'node1', macs: [MAC], assignment: cluster }, 'admin');
    const again = await load();
    expect(again.all()).toEqual(inventory.all());
  });

  it('keeps what the store did not take out of memory', async () => {
    await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    store.broken = true;
    await expect(inventory.assign('node1', { disk: 'vda' }, 'admin')).rejects.toMatchObject({
      code: 'storage-full',
    });
    expect(inventory.find('node1').disk).toBeUndefined();
  });

  it('applies two changes at the same moment one after the other', async () => {
    await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    await Promise.all([
      inventory.assign('node1', { disk: 'vda' }, 'a'),
      inventory.assign('node1', { nic: 'eth0' }, 'b'),
    ]);
    expect(inventory.find('node1')).toMatchObject({ disk: 'vda', nic: 'eth0' });
  });

  it('refuses to arm a host that belongs to no cluster, and says how to give it one', async () => {
    await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    await expect(inventory.arm('node1', {}, 'admin')).rejects.toMatchObject({
      code: 'host-incomplete',
      remedy: expect.stringContaining('hearth host assign node1') as string,
    });
  });

  it('arms with the only medium and image, and disarms when nobody comes', async () => {
    await inventory.add({ name: 'node1', macs: [MAC], assignment: cluster }, 'admin');
    await inventory.arm('node1', { forSeconds: 60 }, 'admin');
    expect(inventory.find('node1')).toMatchObject({
      state: 'armed',
      install: { medium: 'ol8', image: 'ock' },
    });
    clock.advance(61);
    await inventory.checkDeadlines();
    expect(inventory.find('node1').state).toBe('registered');
  });

  it('records what machines may not do and leaves the host alone', async () => {
    const { id } = await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    const after = await inventory.apply(id, { type: 'install-finished' });
    expect(after.state).toBe('registered');
    expect(events.events.at(-1)).toMatchObject({ type: 'host.refused', level: 'warning' });
  });

  it('believes no MAC that a machine only says it has', async () => {
    const one = await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    const nics = [{ name: 'eth0', mac: OTHER, addresses: [], carrier: true }];
    await inventory.recordFacts(one.id, { at: 0, firmware: 'uefi', cpus: 1, memoryMiB: 1, nics, disks: [] });
    expect(inventory.find('node1').facts?.nics).toEqual(nics);
    expect(inventory.byMac(OTHER)).toBeUndefined();
  });

  it('makes one host of two cards that were discovered apart', async () => {
    await inventory.sighted(sighting());
    await inventory.sighted(sighting({ mac: OTHER }));
    await inventory.add({ name: 'node1', macs: [MAC, OTHER] }, 'admin');
    expect(inventory.all()).toMatchObject([{ name: 'node1', state: 'registered', macs: [MAC, OTHER] }]);
  });

  it('removes a host that is no node, and refuses to forget one that is', async () => {
    await inventory.sighted(sighting());
    await inventory.remove(MAC, 'admin');
    expect(inventory.all()).toEqual([]);
    const { id } = await inventory.add({ name: 'node1', macs: [MAC], assignment: cluster }, 'admin');
    await inventory.arm('node1', {}, 'admin');
    await inventory.apply(id, { type: 'installer-started' });
    await expect(inventory.remove('node1', 'admin')).rejects.toMatchObject({ code: 'host-state' });
    expect((await load()).all()).toHaveLength(1);
  });

  it('does not pull the ground from under an install', async () => {
    await inventory.add({ name: 'node1', macs: [MAC], assignment: cluster, disk: 'vda' }, 'admin');
    await inventory.arm('node1', {}, 'admin');
    await expect(inventory.assign('node1', { disk: 'vdb' }, 'admin')).rejects.toMatchObject({
      code: 'host-state',
      remedy: expect.stringContaining('host cancel') as string,
    });
    await inventory.assign('node1', { labels: { row: '4' } }, 'admin');
    expect(inventory.find('node1')).toMatchObject({ disk: 'vda', labels: { row: '4' } });
  });

  it.each([
    ['a name that is no DNS label', { name: 'Node_1' }],
    ['a disk with a shell in it', { disk: 'vda; rm -rf /' }],
    ['a disk path elsewhere', { disk: '/dev/disk/by-id/../../sda' }],
    ['a kernel argument with a line break', { kernelArguments: ['quiet\nchain http://evil'] }],
    ['a kernel argument with a blank', { kernelArguments: ['a b'] }],
  ])('refuses %s', async (_what, change) => {
    await inventory.add({ name: 'node1', macs: [MAC] }, 'admin');
    await expect(inventory.assign('node1', change, 'admin')).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
