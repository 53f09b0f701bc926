import type { Accounts } from '../../../domain/access/accounts.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Services } from '../admin/services.ts';

/** What the pages show and do: the same use cases as the API, called directly. */
export interface PagesDependencies {
  readonly services: Pick<
    Services,
    'hosts' | 'events' | 'networks' | 'leases' | 'media' | 'images' | 'clusters' | 'clusterWork'
  >;
  readonly accounts: Pick<Accounts, 'changePassword'>;
  /** Ends the session whose cookie holds this secret. */
  readonly signOut?: ((secret: string) => Promise<void>) | undefined;
  readonly clock: Clock;
}
