// The main job for a person to watch: npm run rack -- [--firmware bios|uefi] [--nodes N] [--once]
import { parseArgs } from 'node:util';
import { VirtualRack } from './rack.ts';
import { missingForRack } from './requirements.ts';

const { values } = parseArgs({
  options: {
    firmware: { type: 'string', default: 'uefi' },
    nodes: { type: 'string', default: '2' },
    /** End when every host is active, instead of waiting for Ctrl-C. */
    once: { type: 'boolean', default: false },
  },
});
const firmware = values.firmware === 'bios' ? 'bios' : 'uefi';
const nodes = Number(values.nodes);
if (firmware !== values.firmware || !Number.isInteger(nodes) || nodes < 1 || nodes > 8) {
  console.error('usage: npm run rack -- [--firmware bios|uefi] [--nodes 1..8] [--once]');
  process.exit(2);
}
const missing = missingForRack();
if (missing.length > 0) {
  console.error(
    `A virtual rack needs: ${missing.join(', ')}. Run this as root on Debian 12: it installs what is missing.`,
  );
  process.exit(1);
}

const started = Date.now();
function tell(text: string): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${text}`);
}

let rack: VirtualRack | undefined;
let stopping = false;
async function stop(code: number): Promise<never> {
  if (!stopping) {
    stopping = true;
    tell('stopping');
    await rack?.stop();
  }
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(130));

try {
  rack = await VirtualRack.start({ tell });
  tell(`the UI is at ${rack.appliance.url} while this runs`);
  const password = /Sign in {2}(\S+) with the password (\S+)/.exec(rack.appliance.output);
  if (password !== null) tell(`sign in as ${password[1] ?? ''} with the password ${password[2] ?? ''}`);
  await watchEvents(rack, await powerOn(rack));
  tell('every host is active');
  if (values.once) await stop(0);
  tell('press Ctrl-C to end and remove everything');
  await new Promise(() => setInterval(() => undefined, 60_000));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

/** Registers, arms and powers on one control plane and workers, all at once. */
async function powerOn(target: VirtualRack): Promise<readonly string[]> {
  const names: string[] = [];
  for (let number = 1; number <= nodes; number += 1) {
    const role = number === 1 ? 'control-plane' : 'worker';
    const name = number === 1 ? 'cp1' : `worker${number - 1}`;
    const mac = `52:54:00:00:00:0${number}`;
    await target.register(name, mac, role);
    await target.machine({ name, mac, firmware });
    names.push(name);
  }
  tell(`${names.join(', ')} powered on; consoles are in ${target.folder}`);
  return names;
}

/** Prints what happens until every host is active or one failed. */
async function watchEvents(watched: VirtualRack, names: readonly string[]): Promise<void> {
  let last = 0;
  for (;;) {
    const hosts = (await watched.hosts()).filter(({ name }) => names.includes(name));
    for (const event of await watched.events()) {
      if (event.id <= last) continue;
      last = event.id;
      // Told on a host's own page, an event need not name it.
      const owner = hosts.find(({ id }) => id === event.host)?.name ?? 'some host';
      tell(event.text.replace(/^Its /, `${owner}: its `));
    }
    const failed = hosts.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(`${failed.name} failed: ${failed.failure?.reason ?? ''}`);
    if (hosts.every(({ state }) => state === 'active')) return;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
