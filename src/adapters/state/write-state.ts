/** Writes batches of changes: one transaction for all that are due, each batch whole or not at all. */

import { InternalError } from '../../errors.ts';
import type { Durability, StateChange } from '../../ports/state-store.ts';
import { faultOf, type Fault } from '../../disk/sqlite-fault.ts';
import { accountToRow, folderToRow, messageToRow, sendingToRow, sortNumber } from './rows.ts';
import type { Database, Statement } from '../../disk/sqlite.ts';

const upsertAccount = `
  INSERT INTO account (id, name, root, moving_to, last_attempt, last_success, failures, login_failures, failing_since,
    error_code, error_message, error_at, suspended_since, suspended_why, failing_way)
  VALUES (:id, :name, :root, :moving_to, :last_attempt, :last_success, :failures, :login_failures, :failing_since,
    :error_code, :error_message, :error_at, :suspended_since, :suspended_why, :failing_way)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, root = excluded.root, moving_to = excluded.moving_to,
    last_attempt = excluded.last_attempt, last_success = excluded.last_success, failures = excluded.failures,
    login_failures = excluded.login_failures, failing_since = excluded.failing_since,
    error_code = excluded.error_code, error_message = excluded.error_message, error_at = excluded.error_at,
    suspended_since = excluded.suspended_since, suspended_why = excluded.suspended_why,
    failing_way = excluded.failing_way`;

const updateSending = `
  UPDATE account SET send_login_failures = :send_login_failures, send_suspended_since = :send_suspended_since,
    send_suspended_why = :send_suspended_why, send_failing_way = :send_failing_way WHERE id = :id`;

const upsertFolder = `
  INSERT INTO folder (account, path, local_path, role, uid_validity, settled_uid)
  VALUES (:account, :path, :local_path, :role, :uid_validity, :settled_uid)
  ON CONFLICT (account, path) DO UPDATE SET local_path = excluded.local_path, role = excluded.role,
    uid_validity = excluded.uid_validity, settled_uid = excluded.settled_uid`;

const upsertMessage = `
  INSERT INTO message (folder, uid, id, status, name, wire_size, wire_sha256, flags, internal_date, stored_at, attempts, error)
  VALUES (:folder, :uid, :id, :status, :name, :wire_size, :wire_sha256, :flags, :internal_date, :stored_at, :attempts, :error)
  ON CONFLICT (folder, uid, id) DO UPDATE SET status = excluded.status, name = excluded.name,
    wire_size = excluded.wire_size, wire_sha256 = excluded.wire_sha256, flags = excluded.flags,
    internal_date = excluded.internal_date, stored_at = excluded.stored_at, attempts = excluded.attempts,
    error = excluded.error`;

const selectFolderKey = `
  SELECT folder.key AS key FROM folder JOIN account ON account.key = folder.account
  WHERE account.id = :account AND folder.path = :path`;

export class StateWriter {
  readonly #db: Database;
  readonly #path: string;
  readonly #upsertAccount: Statement;
  readonly #updateSending: Statement;
  readonly #upsertFolder: Statement;
  readonly #upsertMessage: Statement;
  readonly #deleteAccount: Statement;
  readonly #deleteMessage: Statement;
  readonly #accountKey: Statement;
  readonly #folderKey: Statement;
  #durability: Durability | null = null;
  /** Keys of folders seen by the running transaction; outside of one another process may change them. */
  readonly #folderKeys = new Map<string, number | null>();

  constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
    this.#upsertAccount = db.prepare(upsertAccount);
    this.#updateSending = db.prepare(updateSending);
    this.#upsertFolder = db.prepare(upsertFolder);
    this.#upsertMessage = db.prepare(upsertMessage);
    this.#deleteAccount = db.prepare('DELETE FROM account WHERE id = :id');
    this.#deleteMessage = db.prepare(
      'DELETE FROM message WHERE folder = :folder AND uid = :uid AND id = :id',
    );
    this.#accountKey = db.prepare('SELECT key FROM account WHERE id = :id');
    this.#folderKey = db.prepare(selectFolderKey);
  }

  /** For each batch the reason why it alone was left out, or null. Throws where nothing was written at all. */
  commit(batches: readonly (readonly StateChange[])[], durability: Durability): (Fault | null)[] {
    this.#setDurability(durability);
    this.#folderKeys.clear();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const verdicts = batches.map((batch) => this.#writeBatch(batch));
      this.#db.exec('COMMIT');
      return verdicts;
    } catch (error) {
      rollBack(this.#db);
      throw error;
    }
  }

  /** With WAL, NORMAL leaves out the fsync of each commit, and a later FULL one makes the earlier ones durable too. */
  #setDurability(durability: Durability): void {
    if (this.#durability === durability) return;
    this.#db.exec(`PRAGMA synchronous = ${durability === 'durable' ? 'FULL' : 'NORMAL'}`);
    this.#durability = durability;
  }

  #writeBatch(batch: readonly StateChange[]): Fault | null {
    this.#db.exec('SAVEPOINT batch');
    try {
      for (const change of batch) this.#write(change);
      this.#db.exec('RELEASE batch');
      return null;
    } catch (error) {
      this.#undoBatch(error);
      return faultOf(error, this.#path);
    }
  }

  /** After some errors, a full disk among them, SQLite has rolled back everything: then the whole commit has failed. */
  #undoBatch(reason: unknown): void {
    this.#folderKeys.clear();
    try {
      this.#db.exec('ROLLBACK TO batch');
      this.#db.exec('RELEASE batch');
    } catch {
      throw reason;
    }
  }

  #write(change: StateChange): void {
    switch (change.kind) {
      case 'account':
        this.#upsertAccount.run(accountToRow(change.account));
        return;
      case 'sending':
        this.#updateSending.run({ id: change.accountId, ...sendingToRow(change.sending) });
        return;
      case 'account-removed':
        this.#folderKeys.clear();
        this.#deleteAccount.run({ id: change.accountId });
        return;
      case 'folder':
        this.#writeFolder(change);
        return;
      case 'message':
        this.#writeMessage(change);
        return;
      case 'message-forgotten':
        this.#forgetMessage(change);
        return;
    }
  }

  #writeFolder({ accountId, folder }: Extract<StateChange, { kind: 'folder' }>): void {
    const account = this.#accountKey.get({ id: accountId }) as { key: number } | undefined;
    if (account === undefined) throw unknown(`account ${accountId}`);
    this.#upsertFolder.run({ account: account.key, ...folderToRow(folder) });
    this.#folderKeys.clear();
  }

  #writeMessage({ accountId, folder, message }: Extract<StateChange, { kind: 'message' }>): void {
    const key = this.#keyOf(accountId, folder);
    if (key === null) throw unknown(`folder ${JSON.stringify(folder)} of account ${accountId}`);
    this.#upsertMessage.run({ folder: key, ...messageToRow(message) });
  }

  #forgetMessage(change: Extract<StateChange, { kind: 'message-forgotten' }>): void {
    const folder = this.#keyOf(change.accountId, change.folder);
    if (folder === null) return;
    this.#deleteMessage.run({ folder, uid: sortNumber(change.id), id: change.id });
  }

  #keyOf(account: string, path: string): number | null {
    const both = `${account} ${path}`;
    const seen = this.#folderKeys.get(both);
    if (seen !== undefined) return seen;
    const row = this.#folderKey.get({ account, path }) as { key: number } | undefined;
    const key = row?.key ?? null;
    this.#folderKeys.set(both, key);
    return key;
  }
}

function unknown(subject: string): InternalError {
  return new InternalError(`the state knows no ${subject}`);
}

function rollBack(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has done it by itself.
  }
}
