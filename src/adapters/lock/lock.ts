/** The lock port on SQLite: an exclusive transaction on a file of its own, which the kernel ends with the process. */

import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InternalError, TemporaryError } from '../../errors.ts';
import type { HeldLock, Lock } from '../../ports/lock.ts';
import { errorOf, faultOf } from '../../disk/sqlite-fault.ts';
import { createPrivateFile, makePrivateDirectory } from '../../disk/private-files.ts';
import { openSqlite, resultCode, sqliteCode, type Database } from '../../disk/sqlite.ts';

const firstPauseMs = 20;
const longestPauseMs = 200;

/**
 * Every lock that this process holds, by the path of its file. It keeps the handles from being collected as garbage, which
 * would end the locks, and tells a second attempt of the same process without touching the file again.
 */
const held = new Map<string, Database>();

/** `directory` is the folder of the lock files, made with mode 0700 where it is missing. Disk errors: StorageError. */
export function createLock(directory: string): Lock {
  return {
    acquire: async (name, { waitMs = 0, signal } = {}) => {
      signal?.throwIfAborted();
      const path = lockFile(directory, name);
      const deadline = performance.now() + waitMs;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        const lock = tryLock(path);
        if (lock !== null) return lock;
        const left = deadline - performance.now();
        if (left <= 0) throw lockedError(path, name);
        await sleep(Math.min(pauseMs, left), signal);
      }
    },
  };
}

function lockFile(directory: string, name: string): string {
  if (!/^[\w-][\w.-]{0,99}$/.test(name)) throw new InternalError(`no name for a lock: ${name}`);
  const path = join(directory, `${name}.lock`);
  try {
    makePrivateDirectory(directory);
    createPrivateFile(path);
    return join(realpathSync(directory), `${name}.lock`);
  } catch (error) {
    throw errorOf(faultOf(error, path));
  }
}

/** Null where somebody holds it. */
function tryLock(path: string): HeldLock | null {
  if (held.has(path)) return null;
  const db = beginExclusive(path);
  if (db === null) return null;
  held.set(path, db);
  writeHolder(path);
  return {
    release: async () => {
      await Promise.resolve();
      release(path, db);
    },
  };
}

function beginExclusive(path: string): Database | null {
  let db: Database | undefined;
  try {
    db = openSqlite(path);
    db.exec('PRAGMA busy_timeout = 0');
    // Nothing is ever written in the transaction: the journal in memory leaves no file behind a killed process.
    db.exec('PRAGMA journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    if (sqliteCode(error) === resultCode.busy) return null;
    throw errorOf(faultOf(error, path));
  }
}

/** The lock's file stays: whoever unlinked it could leave two processes with a lock on two files of one name. */
function release(path: string, db: Database): void {
  if (held.get(path) !== db) return;
  removeQuietly(holderFile(path));
  held.delete(path);
  db.close();
}

function lockedError(path: string, name: string): TemporaryError {
  const pid = readHolder(path);
  const who = pid === null ? 'another posthorn' : `another posthorn (process ${String(pid)})`;
  if (name === 'daemon')
    return new TemporaryError(`${who} runs as the daemon`, {
      code: 'locked',
      remedy: 'See posthorn daemon status; posthorn daemon stop ends it.',
    });
  const what = name.startsWith('account-')
    ? 'is working on this account'
    : `holds the lock ${name}`;
  return new TemporaryError(`${who} ${what}`, {
    code: 'locked',
    remedy: 'Try again when it is done.',
  });
}

/** The holder's process id stands in a file of its own, since opening and closing the lock's file would drop the lock. */
function holderFile(path: string): string {
  return path.replace(/\.lock$/, '.pid');
}

/** For the error message alone, so its own failure is none. */
function writeHolder(path: string): void {
  const temporary = `${holderFile(path)}.${String(process.pid)}`;
  try {
    writeFileSync(temporary, `${String(process.pid)}\n`, { mode: 0o600 });
    renameSync(temporary, holderFile(path));
  } catch {
    removeQuietly(temporary);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A process id that is left behind names a process that is gone, or that holds nothing.
  }
}

/** Null where it is not known, or was left by a process that is no more. */
function readHolder(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(holderFile(path), 'latin1'), 10);
    return pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
