import type { z } from 'zod';
import { Problem } from '../../domain/error/problem.ts';
import type { ProblemCode } from '../../domain/error/catalogue.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { isConstraintViolation } from './failure.ts';
import { readJson, writeJson } from './json-column.ts';

/** What distinguishes one kind of named record from another. */
interface DocumentKind<T> {
  /** Stable: it is in the table. */
  readonly kind: 'medium' | 'image' | 'cluster';
  readonly schema: z.ZodType<T>;
  readonly exists: ProblemCode;
  readonly notFound: ProblemCode;
}

/** Named records of one kind as JSON documents: few, read whole, and found by name only. */
export class SqliteDocumentStore<T extends { readonly name: string }> {
  readonly #database: Database;
  readonly #kind: DocumentKind<T>;

  constructor(database: Database, kind: DocumentKind<T>) {
    this.#database = database;
    this.#kind = kind;
  }

  list(): Promise<readonly T[]> {
    return attempt(() => {
      const query = this.#database.build
        .selectFrom('documents')
        .select(['name', 'record'])
        .where('kind', '=', this.#kind.kind)
        .orderBy('name');
      return this.#database.rows(query).map((row) => this.#read(row));
    });
  }

  get(name: string): Promise<T | undefined> {
    return attempt(() => {
      const query = this.#database.build
        .selectFrom('documents')
        .select(['name', 'record'])
        .where('kind', '=', this.#kind.kind)
        .where('name', '=', name);
      const row = this.#database.first(query);
      return row === undefined ? undefined : this.#read(row);
    });
  }

  add(record: T): Promise<void> {
    return attempt(() => {
      const { kind, exists } = this.#kind;
      const row = { kind, name: record.name, record: this.#write(record) };
      try {
        this.#database.run(this.#database.build.insertInto('documents').values(row));
      } catch (thrown) {
        if (!isConstraintViolation(thrown)) throw thrown;
        throw new Problem(exists, `There is a ${kind} named ${record.name} already.`, { cause: thrown });
      }
    });
  }

  update(record: T): Promise<void> {
    return attempt(() => {
      const query = this.#database.build
        .updateTable('documents')
        .set({ record: this.#write(record) })
        .where('kind', '=', this.#kind.kind)
        .where('name', '=', record.name);
      if (this.#database.run(query) > 0) return;
      throw new Problem(this.#kind.notFound, `There is no ${this.#kind.kind} named ${record.name}.`);
    });
  }

  remove(name: string): Promise<boolean> {
    return attempt(() => {
      const { build } = this.#database;
      const query = build
        .deleteFrom('documents')
        .where('kind', '=', this.#kind.kind)
        .where('name', '=', name);
      return this.#database.run(query) > 0;
    });
  }

  #write(record: T): string {
    return writeJson(this.#kind.schema, record, `${this.#kind.kind} ${record.name}`);
  }

  #read(row: { readonly name: string; readonly record: string }): T {
    return readJson(this.#kind.schema, row.record, `${this.#kind.kind} ${row.name}`);
  }
}
