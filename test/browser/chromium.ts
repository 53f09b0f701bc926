import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const PLACES = [process.env['HEARTH_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The browser of this machine; undefined when there is none. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));

if (CHROMIUM === undefined) {
  console.warn('LEFT OUT: browser tests. Chromium is missing: apt install chromium, or set HEARTH_CHROMIUM.');
}

/** Playwright gives every browser a fresh profile of its own and removes it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
