import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * Hosts are whole documents with the columns that must be unique or searched beside them: a new field of a host needs
 * no migration, and what must never clash is still the database's to enforce.
 */
const STATEMENTS = [
  sql`create table hosts (
    id text primary key,
    name text not null unique,
    state text not null,
    cluster text,
    address text unique,
    record text not null check (json_valid(record))
  ) strict`,
  sql`create index hosts_by_cluster on hosts (cluster) where cluster is not null`,
  sql`create table host_nics (
    mac text primary key,
    host_id text not null references hosts (id) on delete cascade,
    position integer not null
  ) strict, without rowid`,
  sql`create index host_nics_by_host on host_nics (host_id)`,
  sql`create table network_snapshots (
    id integer primary key autoincrement,
    at integer not null,
    digest text not null,
    record text not null check (json_valid(record))
  ) strict`,
  sql`create table documents (
    kind text not null,
    name text not null,
    record text not null check (json_valid(record)),
    primary key (kind, name)
  ) strict, without rowid`,
  sql`create table boot_tokens (
    hash text primary key,
    host_id text not null,
    install_id text not null,
    created_at integer not null,
    expires_at integer not null,
    revoked_at integer,
    ignition_address text,
    uses integer not null default 0
  ) strict, without rowid`,
  sql`create index boot_tokens_by_host on boot_tokens (host_id)`,
  // AUTOINCREMENT: ids go on where they were after old events are pruned, so that a follower's last id stays valid.
  sql`create table events (
    id integer primary key autoincrement,
    at integer not null,
    level text not null,
    type text not null,
    text text not null,
    host_id text,
    address text,
    actor text,
    data text
  ) strict`,
  sql`create index events_by_host on events (host_id, id) where host_id is not null`,
  sql`create table users (
    name text primary key,
    role text not null,
    password_hash text not null,
    must_change_password integer not null,
    created_at integer not null
  ) strict, without rowid`,
  sql`create table sessions (
    hash text primary key,
    user_name text not null references users (name) on delete cascade,
    created_at integer not null,
    expires_at integer not null,
    address text
  ) strict, without rowid`,
  sql`create index sessions_by_user on sessions (user_name)`,
  sql`create table api_tokens (
    id text primary key,
    hash text not null unique,
    name text not null,
    role text not null,
    created_by text not null,
    created_at integer not null,
    expires_at integer,
    last_used_at integer
  ) strict, without rowid`,
  sql`create table secrets (
    name text primary key,
    nonce blob not null,
    sealed blob not null,
    updated_at integer not null
  ) strict, without rowid`,
  sql`create table health_probe (id integer primary key check (id = 1), at integer not null) strict`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db);
}
