import type { BootTokenRecord, BootTokenStore } from '../../src/domain/access/boot-token.ts';
import type { HostId } from '../../src/domain/host/host.ts';

/** Boot tokens in memory. */
export class MemoryBootTokenStore implements BootTokenStore {
  readonly records = new Map<string, BootTokenRecord>();

  add(record: BootTokenRecord): Promise<void> {
    const live = [...this.records.values()].filter(
      (one) => one.host === record.host && one.revokedAt === undefined,
    );
    const same = [...live, record].filter((one) => one.installId === record.installId);
    same.sort(
      (one, other) => Number(other.uses > 0) - Number(one.uses > 0) || other.createdAt - one.createdAt,
    );
    const kept = new Set(same.slice(0, 4).map((one) => one.hash));
    for (const one of live) {
      if (!kept.has(one.hash)) this.records.set(one.hash, { ...one, revokedAt: record.createdAt });
    }
    this.records.set(
      record.hash,
      kept.has(record.hash) ? record : { ...record, revokedAt: record.createdAt },
    );
    return Promise.resolve();
  }

  revokeOthers(hash: string, at: number): Promise<void> {
    const own = this.records.get(hash);
    for (const one of this.records.values()) {
      if (one.host !== own?.host || one.hash === hash || one.revokedAt !== undefined) continue;
      this.records.set(one.hash, { ...one, revokedAt: at });
    }
    return Promise.resolve();
  }

  find(hash: string): Promise<BootTokenRecord | undefined> {
    return Promise.resolve(this.records.get(hash));
  }

  countUse(hash: string): Promise<BootTokenRecord | undefined> {
    return Promise.resolve(this.#change(hash, (record) => ({ ...record, uses: record.uses + 1 })));
  }

  bindIgnition(hash: string, address: string): Promise<string | undefined> {
    const bound = this.#change(hash, (record) => ({ ignitionAddress: address, ...record }));
    return Promise.resolve(bound?.ignitionAddress);
  }

  revokeForHost(host: HostId, at: number): Promise<number> {
    const live = [...this.records.values()].filter((one) => one.host === host && one.revokedAt === undefined);
    for (const record of live) this.records.set(record.hash, { ...record, revokedAt: at });
    return Promise.resolve(live.length);
  }

  sweep(before: number): Promise<number> {
    const old = [...this.records.values()].filter((one) => one.expiresAt < before);
    for (const record of old) this.records.delete(record.hash);
    return Promise.resolve(old.length);
  }

  #change(hash: string, change: (record: BootTokenRecord) => BootTokenRecord): BootTokenRecord | undefined {
    const record = this.records.get(hash);
    if (record === undefined) return undefined;
    const changed = change(record);
    this.records.set(hash, changed);
    return changed;
  }
}
