/** The table of what could not be fetched, or not wholly: of folders, and of the maildrop. */

import type { Trouble } from '../../../core/sync/agreed.ts';
import type { Sql } from './sql.ts';

/** In the place of a folder's key. */
export const ofMaildrop = 0;

export interface Place {
  readonly account: number;
  /** The folder's key, or `ofMaildrop`. */
  readonly folder: number;
}

const here = 'account = ? AND folder = ?';

export class TroubleTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all({ account, folder }: Place): Trouble[] {
    const sql = `SELECT id, kind, tries, reason FROM trouble WHERE ${here} ORDER BY length(id), id`;
    const rows = this.#sql.all<Trouble>(sql, account, folder);
    // Rows of SQLite have no prototype.
    return rows.map(({ id, kind, tries, reason }) => ({ id, kind, tries, reason }));
  }

  replace({ account, folder }: Place, { id, kind, tries, reason }: Trouble): void {
    const sql =
      'INSERT OR REPLACE INTO trouble (account, folder, id, kind, tries, reason) VALUES (?, ?, ?, ?, ?, ?)';
    this.#sql.run(sql, account, folder, id, kind, tries, reason);
  }

  end({ account, folder }: Place, id: string): void {
    this.#sql.run(`DELETE FROM trouble WHERE ${here} AND id = ?`, account, folder, id);
  }

  endAll({ account, folder }: Place): void {
    this.#sql.run(`DELETE FROM trouble WHERE ${here}`, account, folder);
  }

  /**
   * Of those that came after all; mostly there is none to end. A message that came short stays so until that is said to be
   * over, mail of the maildrop is whole by then.
   */
  endOf(
    place: Place,
    ids: () => Iterable<string>,
    kinds: 'refused' | 'every kind' = 'refused',
  ): void {
    const { account, folder } = place;
    const which = kinds === 'refused' ? `${here} AND kind <> 'short'` : here;
    const any = `SELECT 1 FROM trouble WHERE ${which} LIMIT 1`;
    if (this.#sql.get(any, account, folder) === undefined) return;
    const end = `DELETE FROM trouble WHERE ${which} AND id = ?`;
    for (const id of ids()) this.#sql.run(end, account, folder, id);
  }
}
