/** The table of messages that are about to be uploaded. */

import type { Intent } from '../../../core/sync/agreed.ts';
import type { Sql } from './sql.ts';

/** Columns by the names that they have in an Intent; its path is the folder's. */
const select = `
  SELECT path, intent.uid_validity AS uidValidity, intent.uid_next AS uidNext, name, wire_size AS wireSize,
    wire_sha256 AS wireSha256, message_id_hash AS messageIdHash, tries, at
  FROM intent JOIN folder ON folder.key = intent.folder
  WHERE account = (SELECT key FROM account WHERE id = ?) ORDER BY folder, name`;

const insert = `
  INSERT OR REPLACE INTO intent
    (folder, name, uid_validity, uid_next, wire_size, wire_sha256, message_id_hash, tries, at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export class IntentTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Of all folders of the account. */
  all(accountId: string): Intent[] {
    // Rows of SQLite have no prototype.
    return this.#sql.all<Intent>(select, accountId).map((row) => ({ ...row }));
  }

  /** Each replaces one of the same name. */
  replace(folder: number, intents: readonly Intent[]): void {
    for (const { name, uidValidity, uidNext, wireSize, wireSha256, ...rest } of intents) {
      const what = [name, uidValidity, uidNext, wireSize, wireSha256] as const;
      this.#sql.run(insert, folder, ...what, rest.messageIdHash, rest.tries, rest.at);
    }
  }

  end(folder: number, names: readonly string[]): void {
    for (const name of names)
      this.#sql.run('DELETE FROM intent WHERE folder = ? AND name = ?', folder, name);
  }
}
