/**
 * Every lock that this process holds, by the path of its file. It keeps the handles from being collected as garbage, which
 * would end the locks, and looks now and then whether the file is still the one that was locked.
 */

import { statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isErrno } from '../../disk/private-files.ts';
import type { Database } from '../../disk/sqlite.ts';
import { TemporaryError } from '../../errors.ts';

interface Registered {
  readonly db: Database;
  readonly looking: NodeJS.Timeout;
}

const registered = new Map<string, Registered>();

/** Aborted once the file is another one, or none; looks that often, for as long as the lock is held. */
export function register(path: string, db: Database, lookEveryMs: number): AbortSignal {
  const lost = new AbortController();
  const seen = statSync(path, { throwIfNoEntry: false });
  const identity = seen === undefined ? null : identityOf(seen);
  const looking = setInterval(() => void look(path, identity, lost), lookEveryMs).unref();
  registered.set(path, { db, looking });
  return lost.signal;
}

/** False where it was done before, whoever holds the lock by now. */
export function unregister(path: string, db: Database): boolean {
  const known = registered.get(path);
  if (known?.db !== db) return false;
  clearInterval(known.looking);
  return registered.delete(path);
}

export function isHeldHere(path: string): boolean {
  return registered.has(path);
}

/** stat(2) opens nothing, so it drops no lock. A disk that can't tell proves nothing. */
async function look(path: string, identity: string | null, lost: AbortController): Promise<void> {
  const now = await stat(path).then(identityOf, nothingThere);
  if (now !== undefined && (now === null || now !== identity)) lost.abort(lostError(path));
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
