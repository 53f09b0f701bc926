import { Problem } from '../../domain/error/problem.ts';
import type { Host, HostId } from '../../domain/host/host.ts';
import type { HostStore } from '../../domain/host/store.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { hostSchema } from './host-schema.ts';
import { readJson, writeJson } from './json-column.ts';

/** Hosts in SQLite; names, MACs and reserved addresses are unique by the table, and a clash says with whom. */
export class SqliteHostStore implements HostStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): Promise<readonly Host[]> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('hosts').select(['name', 'record']).orderBy('name');
      return this.#database.rows(query).map((row) => readJson(hostSchema, row.record, `host ${row.name}`));
    });
  }

  get(id: HostId): Promise<Host | undefined> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('hosts').select(['name', 'record']).where('id', '=', id);
      const row = this.#database.first(query);
      return row === undefined ? undefined : readJson(hostSchema, row.record, `host ${row.name}`);
    });
  }

  save(host: Host): Promise<void> {
    return this.#database.commit(() => {
      const record = writeJson(hostSchema, host, `host ${host.name}`);
      const { build } = this.#database;
      const columns = {
        name: host.name,
        state: host.state,
        cluster: host.assignment?.cluster ?? null,
        address: host.address ?? null,
        record,
      };
      this.#refuseClash(host);
      this.#database.run(
        build
          .insertInto('hosts')
          .values({ id: host.id, ...columns })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(columns)),
      );
      this.#saveNics(host);
    });
  }

  remove(id: HostId): Promise<void> {
    return this.#database.commit(() => {
      this.#database.run(this.#database.build.deleteFrom('hosts').where('id', '=', id));
    });
  }

  // A host is saved at each sighting, and its MACs hardly ever change.
  #saveNics(host: Host): void {
    const database = this.#database;
    const { build } = database;
    const query = build
      .selectFrom('host_nics')
      .select('mac')
      .where('host_id', '=', host.id)
      .orderBy('position');
    const kept = database.rows(query).map((row) => row.mac);
    if (kept.join() === host.macs.join()) return;
    database.run(build.deleteFrom('host_nics').where('host_id', '=', host.id));
    for (const [position, mac] of host.macs.entries()) {
      database.run(build.insertInto('host_nics').values({ mac, host_id: host.id, position }));
    }
  }

  #refuseClash(host: Host): void {
    const database = this.#database;
    const others = database.build.selectFrom('hosts').where('hosts.id', '!=', host.id);
    const named = database.first(others.select('name').where('name', '=', host.name));
    if (named !== undefined) throw clash(`A host named "${host.name}" exists.`);
    if (host.address !== undefined) {
      const holder = database.first(others.select('name').where('address', '=', host.address));
      if (holder !== undefined)
        throw clash(`Address ${host.address} of ${host.name} is reserved for ${holder.name}.`);
    }
    if (new Set(host.macs).size < host.macs.length) throw clash(`${host.name} has a MAC address twice.`);
    for (const mac of host.macs) {
      const owner = database.first(
        others.innerJoin('host_nics', 'host_nics.host_id', 'hosts.id').select('name').where('mac', '=', mac),
      );
      if (owner !== undefined) throw clash(`MAC ${mac} of ${host.name} belongs to ${owner.name}.`);
    }
  }
}

function clash(message: string): Problem {
  return new Problem('host-exists', message);
}
