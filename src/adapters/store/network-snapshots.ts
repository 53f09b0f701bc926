import { createHash } from 'node:crypto';
import type { ServedNetwork } from '../../domain/lease/network.ts';
import type { Instant } from '../../domain/time/clock.ts';
import type { Database } from './database.ts';

/**
 * Keeps what networks were configured when, for the audit: hearth.yaml is the source of truth and is read anew at each
 * start, but an event of last month makes sense only with the networks of last month.
 *
 * @returns whether they differ from the last time
 */
export function recordNetworks(database: Database, networks: readonly ServedNetwork[], at: Instant): boolean {
  const record = JSON.stringify(networks.map(plain));
  const digest = createHash('sha256').update(record).digest('hex');
  const { build } = database;
  const last = database.first(
    build.selectFrom('network_snapshots').select('digest').orderBy('id', 'desc').limit(1),
  );
  if (last?.digest === digest) return false;
  database.run(build.insertInto('network_snapshots').values({ at, digest, record }));
  return true;
}

function plain(network: ServedNetwork): unknown {
  const options = network.options.map(({ code, value }) => ({
    code,
    value: Buffer.from(value).toString('hex'),
  }));
  return { ...network, options };
}
