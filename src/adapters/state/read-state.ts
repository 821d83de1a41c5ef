/** Answers questions about the state: each is one statement, so it sees a commit whole or not at all. */

import type { KnownFolder, KnownMessage } from '../../core/sync/message.ts';
import type { AccountState } from '../../ports/state-store.ts';
import type { PageStart } from './request.ts';
import {
  accountFromRow,
  folderFromRow,
  messageFromRow,
  type AccountRow,
  type FolderRow,
  type MessageRow,
  type SendingRow,
} from './rows.ts';
import type { Database, Statement } from '../../disk/sqlite.ts';

const accountColumns = `id, name, root, moving_to, last_attempt, last_success, failures, login_failures, failing_since,
  error_code, error_message, error_at, suspended_since, suspended_why, failing_way,
  send_login_failures, send_suspended_since, send_suspended_why, send_failing_way`;

const messageColumns = `uid, id, status, name, wire_size, wire_sha256, flags, internal_date, stored_at, attempts, error`;

const folderKey = `(SELECT folder.key FROM folder JOIN account ON account.key = folder.account
  WHERE account.id = :account AND folder.path = :path)`;

export class StateReader {
  readonly #accounts: Statement;
  readonly #account: Statement;
  readonly #accountsNamed: Statement;
  readonly #folders: Statement;
  readonly #page: Statement;
  readonly #quarantined: Statement;

  constructor(db: Database) {
    this.#accounts = db.prepare(`SELECT ${accountColumns} FROM account ORDER BY key`);
    this.#account = db.prepare(`SELECT ${accountColumns} FROM account WHERE id = :id`);
    this.#accountsNamed = db.prepare(
      `SELECT ${accountColumns} FROM account WHERE name = :name ORDER BY key DESC`,
    );
    this.#folders = db.prepare(
      `SELECT path, local_path, role, uid_validity, settled_uid FROM folder
       WHERE account = (SELECT key FROM account WHERE id = :account) ORDER BY key`,
    );
    this.#page = db.prepare(
      `SELECT ${messageColumns} FROM message
       WHERE folder = ${folderKey} AND (uid, id) > (:uid, :id) ORDER BY uid, id LIMIT :limit`,
    );
    this.#quarantined = db.prepare(
      `SELECT ${messageColumns} FROM message
       WHERE folder = ${folderKey} AND status = 'quarantined' ORDER BY uid, id`,
    );
  }

  accounts(): AccountState[] {
    return (this.#accounts.all() as (AccountRow & SendingRow)[]).map(accountFromRow);
  }

  account(id: string): AccountState | null {
    return accountOrNull(this.#account.get({ id }));
  }

  accountsNamed(name: string): AccountState[] {
    return (this.#accountsNamed.all({ name }) as (AccountRow & SendingRow)[]).map(accountFromRow);
  }

  folders(account: string): KnownFolder[] {
    return (this.#folders.all({ account }) as FolderRow[]).map(folderFromRow);
  }

  page(account: string, path: string, after: PageStart, limit: number): KnownMessage[] {
    const { uid, id } = after;
    return (this.#page.all({ account, path, uid, id, limit }) as MessageRow[]).map(messageFromRow);
  }

  quarantined(account: string, path: string): KnownMessage[] {
    return (this.#quarantined.all({ account, path }) as MessageRow[]).map(messageFromRow);
  }
}

function accountOrNull(row: unknown): AccountState | null {
  return row === undefined ? null : accountFromRow(row as AccountRow & SendingRow);
}
