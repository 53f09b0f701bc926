import { join } from 'node:path';
import { ImageLibrary } from '../adapters/media/image-library.ts';
import { MediaLibrary } from '../adapters/media/media-library.ts';
import { SqliteApiTokenStore } from '../adapters/store/api-token-store.ts';
import { SqliteBootTokenStore } from '../adapters/store/boot-token-store.ts';
import { sqliteClusterStore } from '../adapters/store/cluster-store.ts';
import { prepareDataDirectory } from '../adapters/store/data-directory.ts';
import type { DataDirectory } from '../adapters/store/data-directory.ts';
import { lockDataDirectory } from '../adapters/store/data-lock.ts';
import { Database } from '../adapters/store/database.ts';
import { SqliteEventStore } from '../adapters/store/event-store.ts';
import { SqliteHostStore } from '../adapters/store/host-store.ts';
import { SqliteLeaseJournal } from '../adapters/store/lease/lease-journal.ts';
import { sqliteImageStore, sqliteMediaStore } from '../adapters/store/library-stores.ts';
import { loadMasterKey } from '../adapters/store/master-key.ts';
import { SqliteSecretStore } from '../adapters/store/secret-store.ts';
import { SqliteSessionStore } from '../adapters/store/session-store.ts';
import { SqliteUserStore } from '../adapters/store/user-store.ts';
import type { BootTokenStore } from '../domain/access/boot-token.ts';
import type { SecretStore } from '../domain/access/secret-store.ts';
import type { ClusterStore } from '../domain/cluster/record.ts';
import { StoredEventLog } from '../domain/event/log.ts';
import type { HostStore } from '../domain/host/store.ts';
import type { ImageStore, MediaStore } from '../domain/media/store.ts';
import type { Clock } from '../domain/time/clock.ts';

/** Everything that outlives the process, open and locked for this one. */
export interface Storage {
  readonly directory: DataDirectory;
  readonly database: Database;
  readonly events: StoredEventLog;
  readonly hosts: HostStore;
  readonly bootTokens: BootTokenStore;
  readonly users: SqliteUserStore;
  readonly sessions: SqliteSessionStore;
  readonly apiTokens: SqliteApiTokenStore;
  readonly secrets: SecretStore;
  readonly clusters: ClusterStore;
  readonly mediaStore: MediaStore;
  readonly imageStore: ImageStore;
  readonly media: MediaLibrary;
  readonly images: ImageLibrary;
  readonly leases: SqliteLeaseJournal;
  close(): Promise<void>;
}

/** @throws Problem `already-running`, `permission-denied`, `storage-full`, `storage-locked` or `storage-damaged` */
export async function openStorage(data: string, clock: Clock): Promise<Storage> {
  const directory = prepareDataDirectory(data);
  const lock = lockDataDirectory(directory.lock);
  try {
    const database = await Database.open({ file: directory.database, clock });
    const mediaStore = sqliteMediaStore(database);
    const imageStore = sqliteImageStore(database);
    const media = new MediaLibrary({ directory: join(directory.path, 'media'), store: mediaStore, clock });
    const images = new ImageLibrary({ directory: join(directory.path, 'images'), store: imageStore, clock });
    await Promise.all([media.start(), images.start()]);
    const events = new StoredEventLog({ store: new SqliteEventStore(database), clock });
    const leases = new SqliteLeaseJournal(join(directory.path, 'leases.db'));
    return {
      directory,
      database,
      events,
      hosts: new SqliteHostStore(database),
      bootTokens: new SqliteBootTokenStore(database),
      users: new SqliteUserStore(database),
      sessions: new SqliteSessionStore(database),
      apiTokens: new SqliteApiTokenStore(database),
      secrets: new SqliteSecretStore(database, loadMasterKey(directory.keys, database)),
      clusters: sqliteClusterStore(database),
      mediaStore,
      imageStore,
      media,
      images,
      leases,
      close: async () => {
        await events.settled();
        await leases.close();
        database.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}
