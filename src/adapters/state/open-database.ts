/** Opens the state's file, made private and brought to the newest form first. */

import { dirname } from 'node:path';
import { createPrivateFile, makePrivateDirectory } from '../../disk/private-files.ts';
import { checkOrigin, migrate } from './schema.ts';
import { openSqlite, resultCode, sqliteCode, type Database } from '../../disk/sqlite.ts';

/** How long one process waits for another's transaction, in milliseconds. */
const busyTimeoutMs = 8_000;

/** Blocks the thread for up to `busyTimeoutMs` beside a busy process. Throws what SQLite and the file system throw. */
export function openDatabase(path: string): Database {
  makePrivateDirectory(dirname(path));
  createPrivateFile(path);
  return whileBusy(() => openOnce(path));
}

function openOnce(path: string): Database {
  const db = openSqlite(path);
  try {
    configure(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The files beside it (-wal, -shm) get the mode of the database itself. */
function configure(db: Database, path: string): void {
  db.exec(`PRAGMA busy_timeout = ${String(busyTimeoutMs)}`);
  checkOrigin(db, path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA foreign_keys = ON');
  migrate(db);
}

/** SQLite does not wait by busy_timeout while it turns to WAL, nor while it recovers the log of a process that died. */
function whileBusy(open: () => Database): Database {
  const deadline = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (sqliteCode(error) !== resultCode.busy || performance.now() > deadline) throw error;
      block(20);
    }
  }
}

function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
