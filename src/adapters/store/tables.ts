import type { Generated } from 'kysely';

/** The tables as SQLite returns their rows. Times are milliseconds since the epoch, booleans 0 or 1, documents JSON text. */
export interface Tables {
  hosts: {
    id: string;
    name: string;
    state: string;
    cluster: string | null;
    address: string | null;
    record: string;
  };
  host_nics: { mac: string; host_id: string; position: number };
  network_snapshots: { id: Generated<number>; at: number; digest: string; record: string };
  documents: { kind: string; name: string; record: string };
  boot_tokens: {
    hash: string;
    host_id: string;
    install_id: string;
    created_at: number;
    expires_at: number;
    revoked_at: number | null;
    ignition_address: string | null;
    uses: number;
  };
  events: {
    id: Generated<number>;
    at: number;
    level: string;
    type: string;
    text: string;
    host_id: string | null;
    address: string | null;
    actor: string | null;
    data: string | null;
  };
  users: {
    name: string;
    role: string;
    password_hash: string;
    must_change_password: number;
    created_at: number;
  };
  sessions: {
    hash: string;
    user_name: string;
    created_at: number;
    expires_at: number;
    address: string | null;
  };
  api_tokens: {
    id: string;
    hash: string;
    name: string;
    role: string;
    created_by: string;
    created_at: number;
    expires_at: number | null;
    last_used_at: number | null;
  };
  secrets: { name: string; nonce: Uint8Array; sealed: Uint8Array; updated_at: number };
  health_probe: { id: number; at: number };
}
