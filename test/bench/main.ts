// Measures Hearth beside its peers and writes docs/benchmarks.md: `npm run bench [-- dhcp tftp http fleet]`.
//
// Each suite is measured in this run or keeps the section of an earlier one; a suite that never ran is named as such.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { benchDhcp } from './dhcp.ts';
import { benchFleet } from './fleet.ts';
import { benchHttp } from './http.ts';
import { describeMachine } from './machine.ts';
import { readSections, writePage } from './page.ts';
import type { Section } from './page.ts';
import { benchTftp } from './tftp.ts';

const SUITES: Readonly<Record<string, () => Promise<string>>> = {
  dhcp: benchDhcp,
  tftp: benchTftp,
  http: benchHttp,
  fleet: benchFleet,
};
const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are: ${Object.keys(SUITES).join(', ')}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const sections = new Map<string, Section>(existsSync(PAGE) ? readSections(readFileSync(PAGE, 'utf8')) : []);
const left: string[] = [];
for (const [name, measure] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`\n=== ${name} ===`);
  const machine = describeMachine();
  try {
    const text = await measure();
    sections.set(name, { machine, text });
    console.log(text);
    writeFileSync(PAGE, writePage(Object.keys(SUITES), sections));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`!!! ${name} is LEFT OUT: ${reason}`);
    left.push(name);
  }
}
if (left.length > 0) {
  console.error(
    `\n!!! Not measured in this run: ${left.join(', ')}. Their sections in docs/benchmarks.md are as they were.`,
  );
  process.exitCode = 1;
}
