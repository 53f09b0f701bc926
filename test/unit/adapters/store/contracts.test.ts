import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from 'vitest';
import { SqliteApiTokenStore } from '../../../../src/adapters/store/api-token-store.ts';
import { SqliteBootTokenStore } from '../../../../src/adapters/store/boot-token-store.ts';
import { sqliteClusterStore } from '../../../../src/adapters/store/cluster-store.ts';
import { Database } from '../../../../src/adapters/store/database.ts';
import { SqliteEventStore } from '../../../../src/adapters/store/event-store.ts';
import { SqliteHostStore } from '../../../../src/adapters/store/host-store.ts';
import { sqliteImageStore, sqliteMediaStore } from '../../../../src/adapters/store/library-stores.ts';
import { loadMasterKey } from '../../../../src/adapters/store/master-key.ts';
import { SqliteSecretStore } from '../../../../src/adapters/store/secret-store.ts';
import { SqliteSessionStore } from '../../../../src/adapters/store/session-store.ts';
import { SqliteUserStore } from '../../../../src/adapters/store/user-store.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { memoryAccessStores } from '../../../fakes/access-stores.ts';
import { MemoryBootTokenStore } from '../../../fakes/boot-token-store.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { MemoryClusterStore } from '../../../fakes/cluster-store.ts';
import { MemoryEventStore } from '../../../fakes/event-store.ts';
import { MemoryHostStore } from '../../../fakes/host-store.ts';
import { imageStoreContract, mediaStoreContract } from '../../../fakes/media-store-contract.ts';
import { memoryImageStore, memoryMediaStore } from '../../../fakes/media-stores.ts';
import { MemorySecretStore } from '../../../fakes/secret-store.ts';
import {
  apiTokenStoreContract,
  bootTokenStoreContract,
  clusterStoreContract,
  eventStoreContract,
  hostStoreContract,
  secretStoreContract,
  userStoreContract,
} from '../../../fakes/store-contracts.ts';

const open: (() => void)[] = [];

afterEach(() => {
  for (const end of open.splice(0)) end();
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearth-contract-'));
  open.push(() => rmSync(path, { recursive: true }));
  return path;
}

async function database(at = directory()): Promise<Database> {
  const opened = await Database.open({ file: join(at, 'hearth.db'), clock: new FakeClock() });
  open.unshift(() => opened.close());
  return opened;
}

describe('in SQLite', () => {
  hostStoreContract(async () => new SqliteHostStore(await database()));
  bootTokenStoreContract(async () => new SqliteBootTokenStore(await database()));
  eventStoreContract(async () => new SqliteEventStore(await database()));
  apiTokenStoreContract(async () => new SqliteApiTokenStore(await database()));
  clusterStoreContract(async () => sqliteClusterStore(await database()), aCluster);
  mediaStoreContract(async () => sqliteMediaStore(await database()));
  imageStoreContract(async () => sqliteImageStore(await database()));
  userStoreContract(async () => {
    const opened = await database();
    return { users: new SqliteUserStore(opened), sessions: new SqliteSessionStore(opened) };
  });
  secretStoreContract(async () => {
    const at = directory();
    const opened = await database(at);
    return new SqliteSecretStore(opened, loadMasterKey(at, opened));
  });
});

describe('in memory', () => {
  hostStoreContract(() => new MemoryHostStore());
  bootTokenStoreContract(() => new MemoryBootTokenStore());
  eventStoreContract(() => new MemoryEventStore());
  apiTokenStoreContract(() => memoryAccessStores().tokens);
  clusterStoreContract(() => new MemoryClusterStore(), aCluster);
  mediaStoreContract(() => memoryMediaStore());
  imageStoreContract(() => memoryImageStore());
  userStoreContract(() => memoryAccessStores());
  secretStoreContract(() => new MemorySecretStore());
});
