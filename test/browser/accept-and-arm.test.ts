import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFactsReport } from '../../src/domain/host/facts-report.ts';
import type { HostInventory } from '../../src/domain/host/inventory.ts';
import { parseIpv4 } from '../../src/protocol/address/ipv4.ts';
import { parseMac } from '../../src/protocol/address/mac.ts';
import type { MacAddress } from '../../src/protocol/address/mac.ts';
import { aCluster } from '../fakes/a-cluster.ts';
import type { TestAppliance } from '../fakes/appliance.ts';
import { startWithPages } from '../fakes/pages.ts';
import { CHROMIUM, startBrowser } from './chromium.ts';

const SHOTS = process.env['HEARTH_SCREENSHOTS'];
const PASSWORD = 'a kettle on the hearth';
/** What a machine could put into its SMBIOS strings and its disk's model. */
const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>';

let appliance: TestAppliance;
let inventory: HostInventory;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const dialogs: string[] = [];
const faults: string[] = [];

/** What a page shows at the moment, for the documentation and for eyes. */
async function shot(name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png` });
}

function macOf(text: string): MacAddress {
  const mac = parseMac(text);
  if (mac === undefined) throw new Error(`${text} is no MAC address`);
  return mac;
}

async function seen(mac: string, address: string): Promise<void> {
  await inventory.sighted({
    at: Date.now(),
    network: 'rack1',
    mac: macOf(mac),
    architecture: 'uefi-x64',
    address: parseIpv4(address),
  });
}

describe.skipIf(CHROMIUM === undefined)('an administrator in a browser', () => {
  beforeAll(async () => {
    appliance = await startWithPages({
      clusters: {
        list: () => Promise.resolve([aCluster('prod')]),
        get: () => Promise.resolve(aCluster('prod')),
        create: () => Promise.reject(new Error('not here')),
      },
    });
    inventory = appliance.services.hosts as HostInventory;
    browser = await startBrowser();
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      baseURL: appliance.tls.where,
      viewport: { width: 1180, height: 720 },
    });
    page = await context.newPage();
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 400'))
        faults.push(message.text());
    });
  });

  afterAll(async () => {
    await browser.close();
    await appliance.stop();
  });

  it('signs in with the one-time password and must choose one', async () => {
    await page.goto('/');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/signin');
    await shot('signin');
    await page.fill('input[name=name]', 'admin');
    await page.fill('input[name=password]', 'wrong');
    await page.click('text=Sign in');
    await page.waitForSelector('[role=alert]');
    await page.fill('input[name=name]', 'admin');
    await page.fill('input[name=password]', appliance.password);
    await page.click('button:text("Sign in")');
    await page.waitForURL('**/password');
    await page.goto('/media');
    expect(new URL(page.url()).pathname).toBe('/password');
    await page.fill('input[name=current]', appliance.password);
    await page.fill('input[name=next]', PASSWORD);
    await page.fill('input[name=again]', PASSWORD);
    await page.click('button:text("Set password")');
    await page.waitForSelector('text=No hosts yet.');
  });

  it('sees a machine appear without loading the page again', async () => {
    await page.evaluate('window.notReloaded = true');
    await seen('52:54:00:aa:bb:01', '10.20.0.101');
    await page.waitForSelector('.machines >> text=52:54:00:aa:bb:01');
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('accepts it in a form that names what is not allowed', async () => {
    await page.click('.machines >> text=Accept…');
    await page.waitForSelector('dialog[open] input[name=name]');
    await page.fill('dialog input[name=name]', 'node1');
    await page.fill('dialog input[name=address]', '10.20.0.999');
    await page.selectOption('dialog select[name=cluster]', 'prod');
    await shot('accept');
    await page.click('dialog button:text("Accept")');
    await page.waitForSelector('dialog [role=alert] >> text=is not an IPv4 address');
    await page.fill('dialog input[name=address]', '10.20.0.11');
    await page.click('dialog button:text("Accept")');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await page.waitForSelector('tr:has-text("node1") .state.registered');
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('keeps a half-filled form while news comes in', async () => {
    await seen('52:54:00:aa:bb:02', '10.20.0.102');
    await page.click('.machines >> text=Accept…');
    await page.fill('dialog input[name=name]', 'half-typed');
    await seen('52:54:00:aa:bb:03', '10.20.0.103');
    await page.waitForSelector('.machines >> text=52:54:00:aa:bb:03');
    expect(await page.inputValue('dialog input[name=name]')).toBe('half-typed');
    await page.click('dialog >> text=Not now');
  });

  it('shows hostile facts as text', async () => {
    const host = inventory.find('node1');
    const report = [
      `vendor\t${HOSTILE}`,
      'product\tPowerEdge R660',
      'firmware\tuefi',
      'cpus\t64',
      'memory-kib\t263856128',
      'nic\tenp1s0\t52:54:00:aa:bb:01\t1\t10.20.0.101/24',
      `disk\tvda\t960197124096\t0\t${HOSTILE}\tSN-1\t/dev/disk/by-id/virtio-SN-1`,
    ].join('\n');
    await inventory.recordFacts(host.id, parseFactsReport(report, Date.now()));
    await page.click('a:text("node1")');
    await page.waitForSelector('text=PowerEdge R660');
    expect(await page.textContent('.columns')).toContain(HOSTILE);
    expect(await page.locator('main img, main script').count()).toBe(0);
  });

  it('is told which disk is erased before arming, and sees the state move by itself', async () => {
    await page.click('text=Arm…');
    await page.waitForSelector('dialog[open] >> text=Erased:');
    expect(await page.textContent('dialog')).toContain('vda, 894 GiB');
    await shot('arm');
    await page.click('dialog button:text("Arm")');
    await page.waitForSelector('.title .state.armed');
    await page.evaluate('window.notReloaded = true');
    const { id } = inventory.find('node1');
    await inventory.apply(id, { type: 'installer-started' });
    await page.waitForSelector('.title .state.installing');
    await inventory.apply(id, { type: 'install-progressed', step: 'writing the file system' });
    await page.waitForSelector('.waiting >> text=writing the file system');
    await inventory.apply(id, {
      type: 'install-failed',
      reason: 'disk vda is read-only',
      remedy: 'Replace the disk.',
    });
    await page.waitForSelector('.note.bad >> text=Replace the disk.');
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('can read every page on a phone without scrolling sideways', async () => {
    const actor = 'admin';
    for (const [name, role] of [
      ['cp1', 'control-plane'],
      ['worker1', 'worker'],
      ['worker2', 'worker'],
    ] as const) {
      const last = name.codePointAt(name.length - 1) ?? 0;
      const mac = macOf(`52:54:00:cc:${name.startsWith('cp') ? '01' : '02'}:${last.toString(16)}`);
      await inventory.add({ name, macs: [mac], assignment: { cluster: 'prod', role } }, actor);
      const { id } = await inventory.arm(name, {}, actor);
      const report = `vendor\tDell Inc.\nproduct\tPowerEdge R660\nfirmware\tuefi\ncpus\t64\nmemory-kib\t263856128\nnic\tenp1s0\t${mac}\t1\t10.20.0.101/24\ndisk\tnvme0n1\t960197124096\t0\tKIOXIA CD8\tY3A0\t\n`;
      await inventory.recordFacts(id, parseFactsReport(report, Date.now()));
      if (name === 'worker2') continue;
      await inventory.apply(id, { type: 'installer-started' });
      if (name === 'worker1') continue;
      await inventory.apply(id, { type: 'install-finished' });
      await inventory.apply(id, { type: 'ignition-fetched', initialises: true });
      await inventory.apply(id, { type: 'node-started' });
      await inventory.apply(id, { type: 'node-ready' });
    }
    for (const [path, name] of [
      ['/', 'hosts'],
      ['/hosts/worker1', 'host'],
      ['/hosts/node1', 'failed-host'],
      ['/events', 'events'],
      ['/networks', 'networks'],
      ['/media', 'media'],
      ['/clusters', 'clusters'],
    ] as const) {
      await page.emulateMedia({ colorScheme: name === 'host' ? 'dark' : 'light' });
      await page.setViewportSize({ width: 1180, height: 720 });
      await page.goto(path);
      await shot(name);
      await page.setViewportSize({ width: 390, height: 780 });
      await shot(`${name}-phone`);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  });

  it('sees events come in', async () => {
    await page.goto('/events');
    await seen('52:54:00:aa:bb:09', '10.20.0.109');
    await page.waitForSelector('.events >> text=52:54:00:aa:bb:09');
  });

  it('signs out, and nothing opens without signing in again', async () => {
    await page.click('text=Sign out');
    await page.waitForURL('**/signin');
    await page.goto('/hosts/node1');
    expect(new URL(page.url()).pathname).toBe('/signin');
  });

  it('never saw a dialog of a machine, a blocked script or a fault', () => {
    expect(dialogs).toEqual([]);
    expect(faults).toEqual([]);
  });
});
