/**
 * Every lock that this process holds, by the path of its file. It keeps the handles from being collected as garbage, which
 * would end the locks, and looks now and then whether the file is still the one that was locked.
 */

import { statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isErrno } from '../../disk/private-files.ts';
import type { Database } from '../../disk/sqlite.ts';
import { TemporaryError } from '../../errors.ts';

/** A removed file costs a lock its meaning only when another process takes the name; it does so within seconds at the earliest. */
const lookEveryMs = 5_000;

interface Registered {
  readonly db: Database;
  /** Device and inode of its file; null where it was gone at once. */
  readonly identity: string | null;
  readonly lost: AbortController;
}

const registered = new Map<string, Registered>();
let looking: NodeJS.Timeout | undefined;

/** Aborted once the file is another one, or none. */
export function register(path: string, db: Database): AbortSignal {
  const lost = new AbortController();
  const seen = statSync(path, { throwIfNoEntry: false });
  registered.set(path, { db, identity: seen === undefined ? null : identityOf(seen), lost });
  looking ??= setInterval(() => void look(), lookEveryMs).unref();
  return lost.signal;
}

/** False where it was done before, whoever holds the lock by now. */
export function unregister(path: string, db: Database): boolean {
  if (registered.get(path)?.db !== db) return false;
  registered.delete(path);
  if (registered.size > 0) return true;
  clearInterval(looking);
  looking = undefined;
  return true;
}

export function isHeldHere(path: string): boolean {
  return registered.has(path);
}

/** stat(2) opens nothing, so it drops no lock. A disk that can't tell proves nothing. */
async function look(): Promise<void> {
  for (const [path, { identity, lost }] of [...registered]) {
    const now = await stat(path).then(identityOf, nothingThere);
    if (now !== undefined && (now === null || now !== identity)) lost.abort(lostError(path));
  }
}

function nothingThere(error: unknown): null | undefined {
  return isErrno(error, 'ENOENT') ? null : undefined;
}

function identityOf({ dev, ino }: Stats): string {
  return `${String(dev)}:${String(ino)}`;
}

function lostError(path: string): TemporaryError {
  return new TemporaryError(`the lock ${path} was removed while it was held`, {
    code: 'locked',
    remedy: 'Leave the files in that folder alone while posthorn runs.',
  });
}
