import type { Migration } from 'kysely/migration';
import * as foundation from './0001-foundation.ts';

/** In the order of their names. A migration that was ever released is never edited: a correction is a new one. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-foundation': foundation,
};
