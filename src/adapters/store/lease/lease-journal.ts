import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../../domain/error/problem.ts';
import type { LeaseJournal } from '../../../domain/lease/journal.ts';
import type { Lease } from '../../../domain/lease/lease.ts';
import type { FromWorker, ToWorker } from './lease-journal-messages.ts';
import { leaseOf, rowOf } from './lease-row.ts';
import type { LeaseRow } from './lease-row.ts';

/** Whether leases reach the disk. */
export type JournalHealth = 'ok' | 'storage-full' | 'storage-locked' | 'failed';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (problem: Problem) => void;
}

interface Batch {
  readonly number: number;
  readonly waiters: readonly Waiter[];
}

const RESTART_AFTER_MS = 500;
/** Well under the second that a client waits, and more than a fast disk takes. */
const SPACING_MS = 2;

/**
 * The lease journal on SQLite, with group commit: everything that arrives while one transaction is on its way to the
 * disk goes into the next, so a slow disk makes batches larger and not the queue longer. The disk is waited for in a
 * worker thread.
 */
export class SqliteLeaseJournal implements LeaseJournal {
  readonly #file: string;
  readonly #maxBytes: number | undefined;
  readonly #onHealth: (health: JournalHealth, detail: string) => void;
  #worker: Worker | undefined;
  #rows: LeaseRow[] = [];
  #waiters: Waiter[] = [];
  #flight: Batch | undefined;
  #scheduled = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #batches = 0;
  #health: JournalHealth = 'ok';
  #closing = false;
  #closed: (() => void) | undefined;
  #loading: { resolve: (rows: readonly LeaseRow[]) => void; reject: (problem: Problem) => void } | undefined;

  /**
   * @param file path of `leases.db`
   * @param onHealth told when leases stop reaching the disk and when they do again
   * @param options `maxBytes` bounds the file, as a quota would
   */
  constructor(
    file: string,
    onHealth: (health: JournalHealth, detail: string) => void = () => undefined,
    options: { readonly maxBytes?: number } = {},
  ) {
    this.#file = file;
    this.#maxBytes = options.maxBytes;
    this.#onHealth = onHealth;
  }

  get health(): JournalHealth {
    return this.#health;
  }

  async load(): Promise<readonly Lease[]> {
    const rows = await new Promise<readonly LeaseRow[]>((resolve, reject) => {
      this.#loading = { resolve, reject };
      this.#post({ kind: 'load' });
    });
    return rows.map(leaseOf);
  }

  commit(leases: readonly Lease[]): Promise<void> {
    if (this.#closing) return Promise.reject(new Problem('not-ready', 'The lease journal is closed.'));
    return new Promise((resolve, reject) => {
      for (const lease of leases) this.#rows.push(rowOf(lease));
      this.#waiters.push({ resolve, reject });
      this.#schedule();
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    while (this.#flight !== undefined || this.#waiters.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 2));
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#post({ kind: 'close' });
    });
    await worker.terminate();
    this.#worker = undefined;
  }

  /**
   * A lone lease goes to the disk at once: datagrams that wait in the socket are read in this turn of the event loop and
   * join it. Under load transactions are kept apart a little, as each costs as much as many rows do.
   */
  #schedule(): void {
    if (this.#flight !== undefined || this.#scheduled || this.#waiters.length === 0) return;
    this.#scheduled = true;
    const send = (): void => {
      this.#scheduled = false;
      this.#send();
    };
    if (performance.now() - this.#sentAt < SPACING_MS) setTimeout(send, SPACING_MS);
    else setImmediate(send);
  }

  #send(): void {
    if (this.#flight !== undefined || this.#waiters.length === 0) return;
    const rows = this.#rows;
    const waiters = this.#waiters;
    this.#rows = [];
    this.#waiters = [];
    this.#batches += 1;
    this.#sentAt = performance.now();
    this.#flight = { number: this.#batches, waiters };
    this.#post({ kind: 'write', batch: this.#batches, rows });
  }

  #post(message: ToWorker): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const extension = extname(import.meta.url);
    const worker = new Worker(new URL(`./lease-journal-worker${extension}`, import.meta.url), {
      workerData: { file: this.#file, maxBytes: this.#maxBytes },
      name: 'lease-journal',
    });
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error: Error) => this.#lose(worker, error.message));
    worker.on('exit', () => this.#lose(worker, 'the thread ended'));
    return worker;
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'loaded':
        this.#loading?.resolve(message.rows);
        this.#loading = undefined;
        return;
      case 'written':
        this.#settle(undefined);
        this.#setHealth('ok', '');
        return;
      case 'closed':
        this.#closed?.();
        return;
      case 'failed':
        this.#fail(message.code, message.message);
    }
  }

  #fail(code: string, detail: string): void {
    const problem = problemOf(this.#file, code, detail);
    if (this.#loading !== undefined) {
      this.#loading.reject(problem);
      this.#loading = undefined;
      return;
    }
    this.#setHealth(healthOf(problem), detail);
    this.#settle(problem);
  }

  /** The thread is gone, whatever it had in hand: nothing in flight counts as written. */
  #lose(worker: Worker, detail: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#closed?.();
    if (this.#closing && this.#flight === undefined) return;
    setTimeout(
      () => this.#fail('', `the lease journal's thread failed: ${detail}`),
      RESTART_AFTER_MS,
    ).unref();
  }

  #settle(problem: Problem | undefined): void {
    const flight = this.#flight;
    this.#flight = undefined;
    for (const waiter of flight?.waiters ?? []) {
      if (problem === undefined) waiter.resolve();
      else waiter.reject(problem);
    }
    this.#schedule();
  }

  #setHealth(health: JournalHealth, detail: string): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#onHealth(health, detail);
  }
}

function problemOf(file: string, code: string, detail: string): Problem {
  if (/FULL|READONLY|IOERR/.test(code)) {
    return new Problem('storage-full', `Leases cannot be written to ${file}: ${detail}.`);
  }
  if (/BUSY|LOCKED/.test(code)) {
    return new Problem('storage-locked', `Another program holds ${file}: ${detail}.`);
  }
  if (/NOTADB|CORRUPT/.test(code)) {
    return new Problem('internal', `${file} is damaged: ${detail}.`, {
      remedy: 'Stop the appliance, restore leases.db from a backup or move it away, and start again.',
    });
  }
  return new Problem('internal', `Leases cannot be written to ${file}: ${detail}.`);
}

function healthOf(problem: Problem): JournalHealth {
  return problem.code === 'storage-full' || problem.code === 'storage-locked' ? problem.code : 'failed';
}
