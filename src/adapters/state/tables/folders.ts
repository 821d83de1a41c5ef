/** The table of IMAP folders: how far each is settled, and whose UIDs it holds. */

import type { AgreedChange, AgreedFolder, SettledStatus } from '../../../core/sync/agreed.ts';
import type { Role } from '../../../core/sync/remote.ts';
import { InternalError } from '../../../errors.ts';
import { unknownAccount } from './accounts.ts';
import type { Sql } from './sql.ts';

interface FolderRow {
  readonly path: string;
  readonly local_path: string;
  readonly role: string | null;
  readonly endpoint: string | null;
  readonly uid_validity: string;
  readonly settled_uid: number;
  readonly uid_next: number | null;
  readonly exists: number | null;
  readonly highest_modseq: string | null;
  readonly stamp: string | null;
}

const select = `
  SELECT path, local_path, role, endpoint, uid_validity, settled_uid, uid_next, "exists", highest_modseq, stamp
  FROM folder WHERE account = (SELECT key FROM account WHERE id = ?) ORDER BY key`;

const upsert = `
  INSERT INTO folder (account, path, local_path, role, endpoint, uid_validity, settled_uid, uid_next, "exists",
    highest_modseq, stamp)
  SELECT key, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM account WHERE id = ?
  ON CONFLICT (account, path) DO UPDATE SET local_path = excluded.local_path, role = excluded.role,
    endpoint = excluded.endpoint, uid_validity = excluded.uid_validity, settled_uid = excluded.settled_uid,
    uid_next = excluded.uid_next, "exists" = excluded."exists", highest_modseq = excluded.highest_modseq,
    stamp = excluded.stamp`;

const thisOne = `account = (SELECT key FROM account WHERE id = ?) AND path = ?`;

/** Its key, and its account's. */
export interface FolderKey {
  readonly folder: number;
  readonly account: number;
}

type Renumbering = Extract<AgreedChange, { kind: 'folder-renumbered' }>;

export class FolderTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(accountId: string): AgreedFolder[] {
    return this.#sql.all<FolderRow>(select, accountId).map(folderFromRow);
  }

  keys(accountId: string, path: string): FolderKey | null {
    const sql = `SELECT key AS folder, account FROM folder WHERE ${thisOne}`;
    return this.#sql.get<FolderKey>(sql, accountId, path) ?? null;
  }

  /** Throws InternalError where it is not known. */
  known(accountId: string, path: string): FolderKey {
    const keys = this.keys(accountId, path);
    if (keys === null) throw unknownFolder(accountId, path);
    return keys;
  }

  begin(accountId: string, folder: AgreedFolder): void {
    const { path, localPath, role, endpoint, uidValidity, settledUid } = folder;
    const { uidNext, exists, highestModSeq, stamp } = folder;
    const names = [path, localPath, role, endpoint, uidValidity] as const;
    const counts = [settledUid, uidNext, exists, highestModSeq, stamp] as const;
    if (this.#sql.run(upsert, ...names, ...counts, accountId) === 0)
      throw unknownAccount(accountId);
  }

  setRole(accountId: string, path: string, role: Role | null): void {
    this.#set(accountId, path, 'role = ?', role);
  }

  setEndpoint(accountId: string, path: string, endpoint: string): void {
    this.#set(accountId, path, 'endpoint = ?', endpoint);
  }

  setStamp(accountId: string, path: string, stamp: string | null): void {
    this.#set(accountId, path, 'stamp = ?', stamp);
  }

  rename(accountId: string, path: string, to: string, localPath: string): void {
    this.#set(accountId, path, 'path = ?, local_path = ?', to, localPath);
  }

  /** With its messages, former ones and intents, which hang on it; its troubles are another table's. */
  forget(folder: number): void {
    this.#sql.run('DELETE FROM folder WHERE key = ?', folder);
  }

  advance(accountId: string, path: string, settledUid: number, status: SettledStatus | null): void {
    if (status === null) return this.#set(accountId, path, 'settled_uid = ?', settledUid);
    const { uidNext, exists, highestModSeq } = status;
    const columns = 'settled_uid = ?, uid_next = ?, "exists" = ?, highest_modseq = ?';
    return this.#set(accountId, path, columns, settledUid, uidNext, exists, highestModSeq);
  }

  renumber(accountId: string, { path, endpoint, uidValidity }: Renumbering): void {
    const { account, folder } = this.known(accountId, path);
    const former = 'SELECT folder, name, wire_sha256, stored_at FROM message WHERE folder = ?';
    this.#sql.run(`INSERT OR REPLACE INTO former ${former}`, folder);
    this.#sql.run('DELETE FROM message WHERE folder = ?', folder);
    this.#sql.run('DELETE FROM trouble WHERE account = ? AND folder = ?', account, folder);
    this.#sql.run('DELETE FROM intent WHERE folder = ?', folder);
    const nothingSettled =
      'settled_uid = 0, uid_next = NULL, "exists" = NULL, highest_modseq = NULL, stamp = NULL';
    const columns = `endpoint = ?, uid_validity = ?, ${nothingSettled}`;
    this.#set(accountId, path, columns, endpoint, uidValidity);
  }

  #set(
    accountId: string,
    path: string,
    columns: string,
    ...values: readonly (string | number | null)[]
  ): void {
    const sql = `UPDATE folder SET ${columns} WHERE ${thisOne}`;
    if (this.#sql.run(sql, ...values, accountId, path) === 0) throw unknownFolder(accountId, path);
  }
}

function unknownFolder(accountId: string, path: string): InternalError {
  return new InternalError(
    `the state knows no folder ${JSON.stringify(path)} of account ${accountId}`,
  );
}

function folderFromRow(row: FolderRow): AgreedFolder {
  return {
    path: row.path,
    localPath: row.local_path,
    role: row.role as Role | null,
    endpoint: row.endpoint,
    uidValidity: row.uid_validity,
    settledUid: row.settled_uid,
    uidNext: row.uid_next,
    exists: row.exists,
    highestModSeq: row.highest_modseq,
    stamp: row.stamp,
  };
}
