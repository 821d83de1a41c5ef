/** Writes what several callers ask for: one transaction for all, each caller's part whole or not at all. */

import { faultOf } from '../../disk/sqlite-fault.ts';
import type { AccountState, Durability } from '../../ports/state-store.ts';
import { applyChange } from './apply-change.ts';
import type { Batch, BindCall, Outcome } from './request.ts';
import type { Tables } from './tables/tables.ts';

export class StateWriter {
  readonly #tables: Tables;
  readonly #path: string;
  #durability: Durability | null = null;

  constructor(tables: Tables, path: string) {
    this.#tables = tables;
    this.#path = path;
  }

  /** Throws where nothing was written at all. */
  commit(batches: readonly Batch[], durability: Durability): Outcome<null>[] {
    return this.#transaction(durability, batches, ({ changes, fence }) => {
      if (fence !== undefined) this.#tables.accounts.pass(fence);
      for (const change of changes) applyChange(this.#tables, change);
      return null;
    });
  }

  /** Reads alone, and waits for no disk, where every account is known under its name. */
  bind(calls: readonly BindCall[]): Outcome<readonly AccountState[]>[] {
    const known = calls.map((call) => this.#known(call));
    if (known.every((states) => states !== null))
      return known.map((value) => ({ ok: true, value }));
    return this.#transaction('durable', calls, ({ bindings, taken }) =>
      bindings.map((binding) => this.#tables.accounts.bind(binding, taken)),
    );
  }

  #known({ bindings, taken }: BindCall): AccountState[] | null {
    const states: AccountState[] = [];
    for (const binding of bindings) {
      const state = this.#tables.accounts.bound(binding, taken);
      if (state === null) return null;
      states.push(state);
    }
    return states;
  }

  #transaction<P, V>(
    durability: Durability,
    parts: readonly P[],
    write: (part: P) => V,
  ): Outcome<V>[] {
    this.#setDurability(durability);
    this.#tables.sql.exec('BEGIN IMMEDIATE');
    try {
      const outcomes = parts.map((part) => this.#alone(() => write(part)));
      this.#tables.sql.exec('COMMIT');
      return outcomes;
    } catch (error) {
      this.#tables.sql.rollBack();
      throw error;
    }
  }

  /** With WAL, NORMAL leaves out the fsync of each commit, and a later FULL one makes the earlier ones durable too. */
  #setDurability(durability: Durability): void {
    if (this.#durability === durability) return;
    this.#tables.sql.exec(`PRAGMA synchronous = ${durability === 'durable' ? 'FULL' : 'NORMAL'}`);
    this.#durability = durability;
  }

  #alone<V>(write: () => V): Outcome<V> {
    const { sql } = this.#tables;
    sql.exec('SAVEPOINT part');
    try {
      const value = write();
      sql.exec('RELEASE part');
      return { ok: true, value };
    } catch (error) {
      this.#undo(error);
      return { ok: false, fault: faultOf(error, this.#path) };
    }
  }

  /** After some errors, a full disk among them, SQLite has rolled back everything: then the whole transaction has failed. */
  #undo(reason: unknown): void {
    try {
      this.#tables.sql.exec('ROLLBACK TO part');
      this.#tables.sql.exec('RELEASE part');
    } catch {
      throw reason;
    }
  }
}
