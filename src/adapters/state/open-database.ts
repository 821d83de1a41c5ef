/** Opens the state's file, made private and brought to the newest form first. */

import { dirname } from 'node:path';
import { createPrivateFile, makePrivateDirectory } from '../../disk/private-files.ts';
import { openSqlite, resultCode, sqliteCode, type Database } from '../../disk/sqlite.ts';
import { checkOrigin, migrate } from './tables/schema.ts';

/** Blocks the thread for up to `busyTimeoutMs` beside a busy process. Throws what SQLite and the file system throw. */
export function openDatabase(path: string, busyTimeoutMs: number): Database {
  makePrivateDirectory(dirname(path));
  createPrivateFile(path);
  return whileBusy(busyTimeoutMs, () => openOnce(path, busyTimeoutMs));
}

function openOnce(path: string, busyTimeoutMs: number): Database {
  const db = openSqlite(path);
  try {
    configure(db, path, busyTimeoutMs);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The files beside it (-wal, -shm) get the mode of the database itself. */
function configure(db: Database, path: string, busyTimeoutMs: number): void {
  db.exec(`PRAGMA busy_timeout = ${String(busyTimeoutMs)}`);
  checkOrigin(db, path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA foreign_keys = ON');
  migrate(db);
}

/** SQLite does not wait by busy_timeout while it turns to WAL, nor while it recovers the log of a process that died. */
function whileBusy(busyTimeoutMs: number, open: () => Database): Database {
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
