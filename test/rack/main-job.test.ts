import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './build/exec.ts';
import type { Machine } from './machine.ts';
import { ENDPOINT, VirtualRack } from './rack.ts';
import { missingForRack } from './requirements.ts';

const MINUTE = 60_000;
const CP = { name: 'cp1', mac: '52:54:00:00:00:01' };
const WORKER = { name: 'worker1', mac: '52:54:00:00:00:02' };
const BIOS = { name: 'bios1', mac: '52:54:00:00:00:03' };

const missing = missingForRack();
if (missing.length > 0) console.warn(`RACK SUITE LEFT OUT: this machine has no ${missing.join(', ')}`);

/**
 * The main job, from a clean database, without a hand: a control plane and a worker are powered on at the same time and
 * become nodes of a cluster. Real firmware, real iPXE, a real OSTree pull, real Ignition.
 */
describe.skipIf(missing.length > 0)('a rack that is powered on', () => {
  let rack: VirtualRack;
  const machines = new Map<string, Machine>();

  beforeAll(async () => {
    rack = await VirtualRack.start({ evidence: 'test-results/rack' });
    await rack.register(CP.name, CP.mac, 'control-plane', '--disk', 'vda');
    await rack.register(WORKER.name, WORKER.mac, 'worker', '--disk', 'vda');
    // The worker first: it must wait for a control plane that is not even installed.
    for (const { name, mac } of [WORKER, CP])
      machines.set(name, await rack.machine({ name, mac, firmware: 'uefi' }));
  }, 8 * MINUTE);

  afterAll(async () => {
    await rack.stop();
  });

  function machine(name: string): Machine {
    const found = machines.get(name);
    if (found === undefined) throw new Error(`${name} was not powered on`);
    return found;
  }

  /** What the host holds after its first boot, as it said on its console. */
  function held(name: string): string {
    return machine(name)
      .console.matching(/RACK: /)
      .map((line) => line.replace(/^.*RACK: /, ''))
      .join('\n');
  }

  function curl(...args: readonly string[]): Promise<string> {
    return run(
      ...rack.network.command(
        'curl',
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        '--max-time',
        '10',
        ...args,
      ),
    );
  }

  it('comes up: both hosts install, boot and become active nodes', { timeout: 14 * MINUTE }, async () => {
    await Promise.all([
      rack.waitForState(CP.name, ['active'], 13 * MINUTE),
      rack.waitForState(WORKER.name, ['active'], 13 * MINUTE),
    ]);
    await Promise.all([
      machine(CP.name).waitFor(/RACK: done/, 2 * MINUTE),
      machine(WORKER.name).waitFor(/RACK: done/, 2 * MINUTE),
    ]);
  });

  it('leaves on the control plane what a first control plane needs', () => {
    const found = held(CP.name);
    expect(found).toContain('hostname=cp1');
    expect(found).toContain('etc-hostname=cp1');
    expect(found).toContain('action=init');
    expect(found).toContain('net-interface=enp0s2');
    expect(found).toContain('kubeadm.conf kind: InitConfiguration');
    expect(found).toContain('kubeadm.conf kind: ClusterConfiguration');
    expect(found).toMatch(new RegExp(`kubeadm\\.conf controlPlaneEndpoint: "?${ENDPOINT}:6443`));
    expect(found).toContain('ca-key=present');
    expect(found).toMatch(/file=\/etc\/kubernetes\/pki\/ca\.key mode=600 owner=root:root/);
    expect(found).toMatch(/file=\/etc\/keepalived\/keepalived\.conf mode=644/);
    for (const unit of ['ocne', 'ocne-update', 'crio', 'kubelet', 'keepalived', 'ocne-nginx']) {
      expect(found).toContain(`unit=${unit} enabled=enabled`);
    }
    expect(found).toContain('next-boot=plain');
  });

  it('leaves on the worker what a worker needs, and no CA key', () => {
    const found = held(WORKER.name);
    expect(found).toContain('hostname=worker1');
    expect(found).toContain('action=join');
    expect(found).toContain('kubeadm.conf kind: JoinConfiguration');
    expect(found).toMatch(new RegExp(`kubeadm\\.conf apiServerEndpoint: "?${ENDPOINT}:6443`));
    expect(found).toContain('ca-key=absent');
    expect(found).not.toMatch(/pki\/.*\.key/);
    for (const unit of ['ocne', 'ocne-update', 'crio', 'kubelet']) {
      expect(found).toContain(`unit=${unit} enabled=enabled`);
    }
  });

  it('made the worker wait for the API, and told why', async () => {
    const texts = (await rack.events()).map(({ text }) => text);
    expect(
      texts.some((text) =>
        /^worker1 waits with its Ignition config: for the (first control plane|API server)/.test(text),
      ),
    ).toBe(true);
    expect(rack.controlPlane.output).toMatch(/init cp1: done[\s\S]*join worker1: done/);
  });

  it('ends the tokens: a replay gets nothing', async () => {
    for (const { name } of [CP, WORKER]) {
      const [line = ''] = machine(name).console.matching(/ignition\.config\.url=\S+/);
      const url = /ignition\.config\.url=(\S+)/.exec(line)?.[1] ?? '';
      expect(url).toMatch(/^http:\/\/10\.20\.0\.1:8080\/t\//);
      expect(await curl(url)).toBe('403');
      expect(await curl(url.replace(/ignition$/, 'kickstart'))).toBe('403');
    }
  });

  it('recorded who fetched what, secrets by kind and never by value', async () => {
    const events = await rack.events();
    const of = (name: string) =>
      events.filter(({ text }) => text.startsWith(`${name} `)).map(({ text }) => text);
    for (const name of [CP.name, WORKER.name]) {
      for (const what of [
        'snponly.efi',
        'vmlinuz',
        'initrd.img',
        'install.img',
        'Kickstart',
        'of image ock',
        'Ignition config',
      ]) {
        expect(
          of(name).some((text) => text.includes(what)),
          `${name}: ${what}`,
        ).toBe(true);
      }
    }
    const ignition = events.filter(({ type }) => type === 'boot.ignition');
    expect(ignition.find(({ text }) => text.startsWith('cp1'))?.text).toContain('ca-key');
    expect(ignition.find(({ text }) => text.startsWith('worker1'))?.text).not.toContain('ca-key');
    for (const { address } of ignition) expect(address).toMatch(/^10\.20\.0\./);
    const all = JSON.stringify(events);
    expect(all).not.toMatch(/PRIVATE KEY|\/t\/[\w-]{20,}|[a-z0-9]{6}\.[a-z0-9]{16}/);
  });

  it('gives a machine with another MAC nothing but a reason to wait', async () => {
    const script = await run(
      ...rack.network.command('curl', '-s', 'http://10.20.0.1:8080/boot/52-54-00-99-99-99/ipxe'),
    );
    expect(script).toContain('is not registered yet');
    expect(script).not.toContain('/t/');
    expect((await rack.hosts()).find(({ name }) => name === 'host-525400999999')?.state).toBe('discovered');
  });

  it('takes a BIOS machine up to its installer', { timeout: 8 * MINUTE }, async () => {
    const { name, mac } = BIOS;
    await rack.register(name, mac, 'worker');
    const bios = await rack.machine({ name, mac, firmware: 'bios' });
    await bios.waitFor(/RACK-INSTALLER: kickstart/, 7 * MINUTE);
    await rack.waitForState(name, ['installing', 'installed'], 2 * MINUTE);
    await bios.stop();
  });
});
