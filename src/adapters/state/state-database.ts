/** Holds the database and answers requests, wherever it runs: in the state's thread, or in the caller's. */

import { faultOf } from '../../disk/sqlite-fault.ts';
import type { Database } from '../../disk/sqlite.ts';
import { openDatabase } from './open-database.ts';
import { readState } from './read-state.ts';
import type { Answer, Reply, StateRequest } from './request.ts';
import { tablesOf, type Tables } from './tables/tables.ts';
import { StateWriter } from './write-state.ts';

/** How long one process waits for another's transaction, in milliseconds. */
const busyTimeoutMs = 8_000;

interface OpenState {
  readonly db: Database;
  readonly tables: Tables;
  readonly writer: StateWriter;
}

export class StateDatabase {
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  #open: OpenState | null = null;

  constructor(path: string, busyMs = busyTimeoutMs) {
    this.#path = path;
    this.#busyTimeoutMs = busyMs;
  }

  /** Opens the file at the first request, and again after an opening that failed. Never throws. */
  reply(request: StateRequest): Reply {
    try {
      return { ok: true, value: this.#answer(request) };
    } catch (error) {
      return { ok: false, fault: faultOf(error, this.#path) };
    }
  }

  #answer(request: StateRequest): Answer {
    if (request.kind === 'close') return this.#close();
    const { tables, writer } = this.#opened();
    switch (request.kind) {
      case 'commit':
        return writer.commit(request.batches, request.durability);
      case 'bind':
        return writer.bind(request.calls);
      default:
        return readState(tables, request);
    }
  }

  #opened(): OpenState {
    if (this.#open === null) {
      const db = openDatabase(this.#path, this.#busyTimeoutMs);
      const tables = tablesOf(db);
      this.#open = { db, tables, writer: new StateWriter(tables, this.#path) };
    }
    return this.#open;
  }

  #close(): null {
    const { db } = this.#open ?? {};
    this.#open = null;
    if (db !== undefined) emptyLog(db);
    db?.close();
    return null;
  }
}

/**
 * Moves the log into the database, so that the file stands for itself: on Node 20 the package leaves the log behind a close()
 * until the statements are collected as garbage. Beside a busy process the log simply stays, as valid as before.
 */
function emptyLog(db: Database): void {
  try {
    db.exec('PRAGMA busy_timeout = 0');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Whoever opens the file next does it.
  }
}
