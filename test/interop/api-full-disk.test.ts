import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const able = spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!able)
  console.warn('LEFT OUT: the full disk needs root and unshare(1) to mount a small disk of its own.');

/** Fills a real disk with hosts, frees it, and tells what happened; runs inside a mount namespace of its own. */
const SCRIPT = `
  import { rmSync, writeFileSync } from 'node:fs';
  import { Database } from ${at('../../src/adapters/store/database.ts')};
  import { SqliteEventStore } from ${at('../../src/adapters/store/event-store.ts')};
  import { SqliteHostStore } from ${at('../../src/adapters/store/host-store.ts')};
  import { StoredEventLog } from ${at('../../src/domain/event/log.ts')};
  import { aHost } from ${at('../fakes/a-host.ts')};
  const [directory] = process.argv.slice(1);
  const clock = { offset: 0, now: () => Date.now() + clock.offset };
  let database = await Database.open({ file: directory + '/hearth.db', clock });
  const hosts = new SqliteHostStore(database);
  const events = new StoredEventLog({ store: new SqliteEventStore(database), clock });
  writeFileSync(directory + '/ballast', Buffer.alloc(1 << 20));
  let acknowledged = 0;
  let refusal;
  while (refusal === undefined && acknowledged < 5000) {
    try {
      await hosts.save(aHost({ labels: { padding: 'x'.repeat(4000) } }));
      acknowledged += 1;
    } catch (error) {
      refusal = error.code;
    }
  }
  const whileFull = database.health().state;
  for (let n = 0; n < 50; n += 1) events.record({ level: 'info', type: 'test', text: 'y'.repeat(4000) });
  await events.settled();
  const held = events.held;
  const readable = (await hosts.list()).length;
  rmSync(directory + '/ballast');
  clock.offset = 60_000;
  const afterwards = database.health().state;
  events.retry();
  await events.settled();
  await hosts.save(aHost());
  const stored = (await events.list({ limit: 1000 })).length;
  database.close();
  database = await Database.open({ file: directory + '/hearth.db', clock });
  const kept = (await new SqliteHostStore(database).list()).length;
  const integrity = database.connection.pragma('integrity_check', { simple: true });
  console.log(JSON.stringify({ acknowledged, refusal, whileFull, held, readable, afterwards, stored, kept, integrity }));
`;

function at(path: string): string {
  return JSON.stringify(import.meta.resolve(path));
}

describe.skipIf(!able)('a disk that is really full', () => {
  it('stops work with a clear state, loses nothing acknowledged, and needs no restart when there is room', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hearth-full-'));
    const command =
      'mount -t tmpfs -o size=6m,mode=700 hearth-test "$1" && exec "$2" --input-type=module -e "$3" "$1"';
    const outcome = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', command, 'sh', directory, process.execPath, SCRIPT],
      { encoding: 'utf8', timeout: 50_000 },
    );
    rmSync(directory, { recursive: true });
    expect(outcome.stderr).toBe('');
    const told = JSON.parse(outcome.stdout) as Record<string, number | string>;
    expect(told).toMatchObject({
      refusal: 'storage-full',
      whileFull: 'failing',
      afterwards: 'ok',
      integrity: 'ok',
    });
    expect(told['acknowledged']).toBeGreaterThan(50);
    expect(told['readable']).toBe(told['acknowledged']);
    expect(told['held']).toBeGreaterThan(0);
    expect(told['stored']).toBe(50);
    expect(told['kept']).toBe(Number(told['acknowledged']) + 1);
  });
});
