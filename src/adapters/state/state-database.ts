/** Holds the database and answers requests, wherever it runs: in the state's thread, or in the caller's. */

import { faultOf } from '../../disk/sqlite-fault.ts';
import { openDatabase } from './open-database.ts';
import { StateReader } from './read-state.ts';
import type { Reply, StateAnswers, StateRequest } from './request.ts';
import type { Database } from '../../disk/sqlite.ts';
import { StateWriter } from './write-state.ts';

interface OpenState {
  readonly db: Database;
  readonly reader: StateReader;
  readonly writer: StateWriter;
}

export class StateDatabase {
  readonly #path: string;
  #open: OpenState | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Opens the file at the first request, and again after an opening that failed. Never throws. */
  reply(request: StateRequest): Reply {
    try {
      return { ok: true, value: this.#answer(request) };
    } catch (error) {
      return { ok: false, fault: faultOf(error, this.#path) };
    }
  }

  #answer(request: StateRequest): StateAnswers[StateRequest['kind']] {
    if (request.kind === 'close') return this.#close();
    const { reader, writer } = this.#opened();
    switch (request.kind) {
      case 'accounts':
        return reader.accounts();
      case 'account':
        return reader.account(request.id);
      case 'accounts-named':
        return reader.accountsNamed(request.name);
      case 'folders':
        return reader.folders(request.accountId);
      case 'page':
        return reader.page(request.accountId, request.folder, request.after, request.limit);
      case 'quarantined':
        return reader.quarantined(request.accountId, request.folder);
      case 'commit':
        return writer.commit(request.batches, request.durability);
    }
  }

  #opened(): OpenState {
    if (this.#open === null) {
      const db = openDatabase(this.#path);
      this.#open = { db, reader: new StateReader(db), writer: new StateWriter(db, this.#path) };
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
