/** The lock port on SQLite: an exclusive transaction on a file of its own, which the kernel ends with the process. */

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createPrivateFile, makePrivateDirectory } from '../../disk/private-files.ts';
import { errorOf, faultOf } from '../../disk/sqlite-fault.ts';
import { openSqlite, resultCode, sqliteCode, type Database } from '../../disk/sqlite.ts';
import { InternalError } from '../../errors.ts';
import type { HeldLock, Lock } from '../../ports/lock.ts';
import { lastFence, noteHolder, runningHolder } from './holder-file.ts';
import { lockedError } from './locked-error.ts';
import { enterQueue, leaveQueue } from './queue.ts';
import { isHeldHere, register, unregister } from './registry.ts';

const firstPauseMs = 20;
const longestPauseMs = 200;

/** Before a removed file costs a lock its meaning, another process has to take the name. */
const usualLookEveryMs = 5_000;

/**
 * `directory` is the folder of the lock files, made with mode 0700 where it is missing. Held locks are looked after that often,
 * in milliseconds. Disk errors: StorageError.
 */
export function createLock(directory: string, lookEveryMs = usualLookEveryMs): Lock {
  return {
    acquire: async (name, options = {}) => {
      options.signal?.throwIfAborted();
      const path = lockFile(directory, name);
      const deadline = performance.now() + (options.waitMs ?? 0);
      const isFirst = await enterQueue(path, deadline, options.signal);
      if (!isFirst) throw refusal(path, name);
      try {
        const db = await beginFirst(path, name, deadline, options.signal);
        return held(path, db, options.fenceAbove, lookEveryMs);
      } catch (error) {
        leaveQueue(path);
        throw error;
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
    return join(realpathSync.native(directory), `${name}.lock`);
  } catch (error) {
    throw errorOf(faultOf(error, path));
  }
}

/** Nobody else in this process is at it: other processes remain. */
async function beginFirst(
  path: string,
  name: string,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<Database> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const db = beginExclusive(path);
    if (db !== null) return db;
    const left = deadline - performance.now();
    if (left <= 0) throw refusal(path, name);
    await sleep(Math.min(pauseMs, left), signal);
  }
}

/** Null where another process holds it. */
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
function held(
  path: string,
  db: Database,
  fenceAbove: number | undefined,
  lookEveryMs: number,
): HeldLock {
  try {
    const fence = Math.max(lastFence(path), fenceAbove ?? 0) + 1;
    noteHolder(path, fence, fenceAbove !== undefined);
    const lost = register(path, db, lookEveryMs);
    return { fence, lost, release: () => release(path, db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

async function release(path: string, db: Database): Promise<void> {
  await Promise.resolve();
  if (!unregister(path, db)) return;
  db.close();
  leaveQueue(path);
}

function refusal(path: string, name: string): Error {
  return lockedError(name, isHeldHere(path) ? 'here' : runningHolder(path));
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
