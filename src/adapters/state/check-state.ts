/** Checks the state's file without changing it, for `doctor`. */

import { existsSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { FolderTrouble, KnownAccount, StateFacts } from '../../ports/inspector.ts';
import { faultOf } from '../../disk/sqlite-fault.ts';
import { openReadOnly, type Database } from '../../disk/sqlite.ts';
import { checkOrigin } from './tables/schema.ts';

/** Null where there is none. Blocks for as long as the file takes to be read. */
export function checkState(path: string): StateFacts | null {
  if (!existsSync(path)) return null;
  try {
    return examined(path);
  } catch (error) {
    const { message, remedy = null, detail } = faultOf(error, path);
    return {
      problem: detail ?? message,
      remedy: detail === undefined ? remedy : (remedy ?? null),
      accounts: [],
    };
  }
}

function examined(path: string): StateFacts {
  const db = open(path);
  try {
    checkOrigin(db, path);
    const [first] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
    const verdict = first?.quick_check ?? 'ok';
    if (verdict !== 'ok') return damaged(path, verdict);
    return { problem: null, remedy: null, accounts: knownAccounts(db) };
  } finally {
    db.close();
  }
}

/**
 * A file without a log beside it was closed in order, and nobody has it open: taken as one that does not change, since even a
 * reader would else make the log anew.
 */
function open(path: string): Database {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0) return openReadOnly(path);
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return openReadOnly(url);
}

function damaged(path: string, verdict: string): StateFacts {
  return {
    problem: `${path} is damaged: ${verdict.split('\n')[0] ?? ''}`,
    remedy: `mv ${path} ${path}.damaged`,
    accounts: [],
  };
}

type AccountRow = Omit<KnownAccount, 'troubles'>;
type TroubleRow = FolderTrouble & { readonly account: string };

/** Rows of SQLite have no prototype, and do not cross to another process as they are: each is made anew. */
function knownAccounts(db: Database): KnownAccount[] {
  const sql = `SELECT id, name, root, suspended_why AS suspended, failures, error_message AS lastError FROM account`;
  const accounts = db.prepare(sql).all() as AccountRow[];
  const troubles = new Map<string, FolderTrouble[]>();
  for (const { account, folder, kind, messages, reason } of troubleRows(db))
    troubles.set(account, [...(troubles.get(account) ?? []), { folder, kind, messages, reason }]);
  return accounts.map(({ id, name, root, suspended, failures, lastError }) => {
    const polls = { suspended, failures, lastError };
    return { id, name, root, ...polls, troubles: troubles.get(id) ?? [] };
  });
}

/** A database that an older posthorn left, and that no sync has taken over yet, has no such table. */
function troubleRows(db: Database): TroubleRow[] {
  const table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trouble'";
  if (db.prepare(table).get() === undefined) return [];
  const sql = `SELECT account.id AS account, folder.path AS folder, kind, count(*) AS messages, min(reason) AS reason
    FROM trouble JOIN account ON account.key = trouble.account LEFT JOIN folder ON folder.key = trouble.folder
    GROUP BY account.id, folder.path, kind`;
  return db.prepare(sql).all() as TroubleRow[];
}
