/** Statements by their text: each is compiled at its first use, and kept. */

import type { Database, SqlValue, Statement } from '../../../disk/sqlite.ts';

/** Rows of a page. */
const pageSize = 2_000;

/** What a statement for `pages` ends with. */
export const onePage = `LIMIT ${String(pageSize)}`;

export class Sql {
  readonly #db: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #columns = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  rollBack(): void {
    try {
      this.exec('ROLLBACK');
    } catch {
      // SQLite has done it by itself.
    }
  }

  /** How many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** R has the names and types of the statement's columns. */
  get<R>(sql: string, ...values: readonly SqlValue[]): R | undefined {
    return this.#statement(sql).get(...values) as R | undefined;
  }

  all<R>(sql: string, ...values: readonly SqlValue[]): R[] {
    return this.#statement(sql).all(...values) as R[];
  }

  /** Rows as arrays, in the order of the columns: twice as fast as objects where there are many. */
  rows<R extends readonly SqlValue[]>(sql: string, ...values: readonly SqlValue[]): R[] {
    const statement = this.#columns.get(sql) ?? this.#asArrays(sql);
    const rows = statement.all(...values);
    if (statement.setReturnArrays !== undefined) return rows as R[];
    return rows.map(
      (row) => Object.values(row as Readonly<Record<string, SqlValue>>) as unknown,
    ) as R[];
  }

  /** Page by page, each behind the last one's key, which is the statement's last parameter: a page alone is in memory. */
  *pages<R extends readonly SqlValue[]>(
    sql: string,
    values: readonly SqlValue[],
    first: SqlValue,
    keyOf: (row: R) => SqlValue,
  ): Generator<R[]> {
    for (let after = first; ;) {
      const page = this.rows<R>(sql, ...values, after);
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      after = keyOf(last);
    }
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #asArrays(sql: string): Statement {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays?.(true);
    this.#columns.set(sql, statement);
    return statement;
  }
}
