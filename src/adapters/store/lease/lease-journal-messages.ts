import type { LeaseRow } from './lease-row.ts';

/** What the journal asks of its thread. */
export type ToWorker =
  | { readonly kind: 'load' }
  | { readonly kind: 'write'; readonly batch: number; readonly rows: readonly LeaseRow[] }
  | { readonly kind: 'close' };

/** What the thread answers. */
export type FromWorker =
  | { readonly kind: 'loaded'; readonly rows: readonly LeaseRow[] }
  | { readonly kind: 'written'; readonly batch: number }
  | { readonly kind: 'closed' }
  /** `code` is SQLite's extended result code, such as SQLITE_FULL. */
  | { readonly kind: 'failed'; readonly batch: number; readonly code: string; readonly message: string };
