import type { MacAddress } from '../../../protocol/address/mac.ts';
import type { Lease, LeaseState } from '../../../domain/lease/lease.ts';

/**
 * A lease as the flat list of values that crosses to the worker and goes into a row: structured clone copies an array
 * of primitives several times faster than an object.
 */
export type LeaseRow = [
  address: number,
  key: string,
  mac: string | null,
  clientId: string | null,
  uuid: string | null,
  hostName: string | null,
  network: string,
  state: string,
  starts: number,
  expires: number,
  circuitId: string | null,
  remoteId: string | null,
  boot: number,
];

export function rowOf(lease: Lease): LeaseRow {
  return [
    lease.address,
    lease.key,
    lease.mac ?? null,
    lease.clientId ?? null,
    lease.uuid ?? null,
    lease.hostName ?? null,
    lease.network,
    lease.state,
    lease.starts,
    lease.expires,
    lease.circuitId ?? null,
    lease.remoteId ?? null,
    lease.boot ? 1 : 0,
  ];
}

export function leaseOf(row: LeaseRow): Lease {
  return {
    address: row[0],
    key: row[1],
    mac: (row[2] ?? undefined) as MacAddress | undefined,
    clientId: row[3] ?? undefined,
    uuid: row[4] ?? undefined,
    hostName: row[5] ?? undefined,
    network: row[6],
    state: row[7] as LeaseState,
    starts: row[8],
    expires: row[9],
    circuitId: row[10] ?? undefined,
    remoteId: row[11] ?? undefined,
    boot: row[12] === 1,
  };
}
