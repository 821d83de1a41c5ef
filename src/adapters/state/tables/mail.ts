/** The tables of POP3: the maildrop, and what is known of its mail. */

import { mailStatuses, type Maildrop, type MailStatus } from '../../../core/maildrop/maildrop.ts';
import { digestSize, Halves, joinDigests, packTexts, unpackTexts } from '../columns.ts';
import type { PackedMail, PackedPlanColumns } from '../mail-columns.ts';
import { unknownAccount } from './accounts.ts';
import { onePage, type Sql } from './sql.ts';

const upsertMaildrop = `
  INSERT INTO maildrop (account, local_path, identity) SELECT key, ?, ? FROM account WHERE id = ?
  ON CONFLICT (account) DO UPDATE SET local_path = excluded.local_path, identity = excluded.identity`;

const insert = `
  INSERT OR REPLACE INTO mail (account, id, status, name, wire_size, wire_sha256, listed_size, message_id_hash, stored_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, nullif((? << 32) | ?, 0), ?)`;

const ofAccount = 'account = (SELECT key FROM account WHERE id = ?)';

const selectMany = `
  SELECT id, status, listed_size, stored_at FROM mail WHERE account = ? AND id > ? ORDER BY id ${onePage}`;

const selectOne = `
  SELECT id, status, name, wire_size, wire_sha256, listed_size, (message_id_hash >> 32) & 4294967295,
    message_id_hash & 4294967295, stored_at FROM mail WHERE account = ? AND id = ?`;

type PlanRow = readonly [id: string, status: number, listedSize: number | null, storedAt: number];

type MailRow = readonly [
  ...[id: string, status: number, name: string, wireSize: number, wireSha256: Uint8Array],
  ...[listedSize: number | null, hashHigh: number | null, hashLow: number | null, storedAt: number],
];

interface MaildropRow {
  readonly local_path: string;
  readonly identity: string | null;
}

export class MailTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  maildrop(accountId: string): Maildrop | null {
    const sql = `SELECT local_path, identity FROM maildrop WHERE ${ofAccount}`;
    const row = this.#sql.get<MaildropRow>(sql, accountId);
    if (row === undefined) return null;
    return { localPath: row.local_path, identity: row.identity };
  }

  setMaildrop(accountId: string, { localPath, identity }: Maildrop): void {
    if (this.#sql.run(upsertMaildrop, localPath, identity, accountId) === 0)
      throw unknownAccount(accountId);
  }

  /** Each replaces what was known of its id. */
  replace(account: number, mail: PackedMail): void {
    const names = unpackTexts(mail.name);
    const hashes = new Halves(mail.messageIdHash);
    unpackTexts(mail.id).forEach((id, at) => {
      const what = [
        account,
        id,
        mail.status[at] ?? 0,
        names[at] ?? '',
        mail.wireSize[at] ?? 0,
      ] as const;
      const digest = mail.wireSha256.subarray(at * digestSize, (at + 1) * digestSize);
      const rest = [orNull(mail.listedSize[at]), hashes.high(at), hashes.low(at)] as const;
      this.#sql.run(insert, ...what, digest, ...rest, mail.storedAt[at] ?? 0);
    });
  }

  setStatus(account: number, ids: readonly string[], status: MailStatus): void {
    const sql = 'UPDATE mail SET status = ? WHERE account = ? AND id = ?';
    for (const id of ids) this.#sql.run(sql, mailStatuses.indexOf(status), account, id);
  }

  forget(account: number, ids: readonly string[]): void {
    for (const id of ids)
      this.#sql.run('DELETE FROM mail WHERE account = ? AND id = ?', account, id);
  }

  known(account: number): PackedPlanColumns {
    const ids: string[] = [];
    const numbers: { status: number[]; listedSize: number[]; storedAt: number[] } = {
      status: [],
      listedSize: [],
      storedAt: [],
    };
    for (const page of this.#sql.pages<PlanRow>(selectMany, [account], '', ([id]) => id))
      for (const [id, status, listedSize, storedAt] of page) {
        ids.push(id);
        numbers.status.push(status);
        numbers.listedSize.push(listedSize ?? NaN);
        numbers.storedAt.push(storedAt);
      }
    return {
      id: packTexts(ids),
      status: Uint8Array.from(numbers.status),
      listedSize: Float64Array.from(numbers.listedSize),
      storedAt: Float64Array.from(numbers.storedAt),
    };
  }

  of(account: number, ids: readonly string[]): PackedMail {
    const rows = ids.flatMap((id) => this.#sql.rows<MailRow>(selectOne, account, id));
    const messageIdHash = new BigUint64Array(rows.length);
    const hashes = new Halves(messageIdHash);
    rows.forEach(([, , , , , , high, low], at) => {
      hashes.set(at, high ?? 0, low ?? 0);
    });
    return {
      id: packTexts(rows.map(([id]) => id)),
      status: Uint8Array.from(rows, ([, status]) => status),
      name: packTexts(rows.map(([, , name]) => name)),
      wireSize: Float64Array.from(rows, ([, , , size]) => size),
      wireSha256: joinDigests(rows.map(([, , , , digest]) => digest)),
      listedSize: Float64Array.from(rows, ([, , , , , listed]) => listed ?? NaN),
      messageIdHash,
      storedAt: Float64Array.from(rows, (row) => row[8]),
    };
  }
}

function orNull(number: number | undefined): number | null {
  return number === undefined || Number.isNaN(number) ? null : number;
}
