/** The table of accounts: how they fared, and the fence of whoever worked on them last. */

import type { PollHistory, SendingHistory } from '../../../core/account/suspension.ts';
import { InternalError, TemporaryError } from '../../../errors.ts';
import type { AccountState, Binding, Fence } from '../../../ports/state-store.ts';
import { accountFromRow, historyValues, selectAccount, type AccountRow } from './account-row.ts';
import type { Sql } from './sql.ts';

const upsert = `
  INSERT INTO account (id, name, root, last_attempt, last_success, failures, login_failures, failing_since,
    error_code, error_message, error_at, suspended_since, suspended_why, failing_way)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, root = excluded.root,
    last_attempt = excluded.last_attempt, last_success = excluded.last_success, failures = excluded.failures,
    login_failures = excluded.login_failures, failing_since = excluded.failing_since,
    error_code = excluded.error_code, error_message = excluded.error_message, error_at = excluded.error_at,
    suspended_since = excluded.suspended_since, suspended_why = excluded.suspended_why,
    failing_way = excluded.failing_way`;

const updatePolled = `
  UPDATE account SET last_attempt = ?, last_success = ?, failures = ?, login_failures = ?, failing_since = ?,
    error_code = ?, error_message = ?, error_at = ?, suspended_since = ?, suspended_why = ?, failing_way = ?,
    not_before = ? WHERE id = ?`;

const updateSending = `
  UPDATE account SET send_login_failures = ?, send_suspended_since = ?, send_suspended_why = ?, send_failing_way = ?
  WHERE id = ?`;

const begin = `INSERT OR IGNORE INTO account (id, name, failures, login_failures) VALUES (?, ?, 0, 0)`;

export class AccountTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): AccountState[] {
    return this.#sql.all<AccountRow>(`${selectAccount} ORDER BY key`).map(accountFromRow);
  }

  one(id: string): AccountState | null {
    const row = this.#sql.get<AccountRow>(`${selectAccount} WHERE id = ?`, id);
    return row === undefined ? null : accountFromRow(row);
  }

  /** What other tables know it by. */
  key(id: string): number | null {
    return this.#sql.get<{ key: number }>('SELECT key FROM account WHERE id = ?', id)?.key ?? null;
  }

  /** The same; throws InternalError where the account is not known. */
  known(id: string): number {
    const key = this.key(id);
    if (key === null) throw unknownAccount(id);
    return key;
  }

  /** The newest first. */
  named(name: string): AccountState[] {
    const sql = `${selectAccount} WHERE name = ? ORDER BY key DESC`;
    return this.#sql.all<AccountRow>(sql, name).map(accountFromRow);
  }

  replace(account: AccountState): void {
    const { id, name, root } = account;
    this.#sql.run(upsert, id, name, root, ...historyValues(account));
  }

  polled(id: string, history: PollHistory, notBefore: number | null): void {
    this.#sql.run(updatePolled, ...historyValues(history), notBefore, id);
  }

  sending(id: string, { loginFailures, suspended, failingWay }: SendingHistory): void {
    const [since, why] = [suspended?.since ?? null, suspended?.why ?? null];
    const way = failingWay ?? null;
    this.#sql.run(updateSending, loginFailures, since, why, way, id);
  }

  setRoot(id: string, root: string): void {
    const changed = this.#sql.run('UPDATE account SET root = ? WHERE id = ?', root, id);
    if (changed === 0) throw unknownAccount(id);
  }

  /** Null where none was kept, or the account is not known. */
  tree(id: string): string | null {
    const sql = 'SELECT tree FROM account WHERE id = ?';
    return this.#sql.get<{ tree: string | null }>(sql, id)?.tree ?? null;
  }

  setTree(id: string, tree: string | null): void {
    this.#sql.run('UPDATE account SET tree = ? WHERE id = ?', tree, id);
  }

  remove(id: string): void {
    this.#sql.run('DELETE FROM account WHERE id = ?', id);
  }

  /** TemporaryError `locked` once a later holder has committed; nothing where the account is not known. */
  pass({ accountId, number }: Fence): void {
    const raise = 'UPDATE account SET fence = ?1 WHERE id = ?2 AND fence <= ?1';
    if (this.#sql.run(raise, number, accountId) > 0) return;
    if (this.key(accountId) === null) return;
    throw new TemporaryError('another posthorn has taken over this account', {
      code: 'locked',
      remedy: 'Try again when it is done.',
    });
  }

  /** Null where something would have to be written. */
  bound(binding: Binding, taken: ReadonlySet<string>): AccountState | null {
    const found = this.#find(binding, taken);
    return found?.name === binding.name ? found : null;
  }

  bind(binding: Binding, taken: ReadonlySet<string>): AccountState {
    const { name, freshId } = binding;
    const found = this.#find(binding, taken);
    const id = found?.id ?? binding.id ?? freshId;
    const isNew = this.#sql.run(begin, id, name) > 0;
    // An id drawn anew that another account has: theirs must not be given away.
    if (found === null && !isNew)
      throw new InternalError(`the id ${id} belongs to another account`);
    if (!isNew) this.#sql.run('UPDATE account SET name = ? WHERE id = ?', name, id);
    const state = this.one(id);
    if (state === null) throw unknownAccount(id);
    return state;
  }

  #find({ name, id }: Binding, taken: ReadonlySet<string>): AccountState | null {
    if (id !== undefined) return this.one(id);
    return this.named(name).find((account) => !taken.has(account.id)) ?? null;
  }
}

export function unknownAccount(id: string): InternalError {
  return new InternalError(`the state knows no account ${id}`);
}
