/** The table of agreed messages, written and read in columns. */

import { agreedStatuses } from '../../../core/sync/agreed.ts';
import { UidSet } from '../../../core/sync/uid-set.ts';
import type { SqlValue } from '../../../disk/sqlite.ts';
import type { PackedFormer, PackedMessages, PackedPlaces } from '../agreed-columns.ts';
import { digestSize, Halves, joinDigests, packRanges, packTexts, unpackTexts } from '../columns.ts';
import type { MessageFlags, MessageNames, MessageStatus } from '../request.ts';
import { ColumnsOfRows, rowColumns, type Row } from './message-rows.ts';
import { onePage, type Sql } from './sql.ts';

/** Rows to a statement: with more of them each costs no less. */
const together = 10;

const values =
  '(?1, ?, ?, ?, ?, nullif((? << 32) | ?, 0), ?, ?, nullif((? << 32) | ?, 0), ?, ?, ?)';

function insert(rows: number): string {
  return `INSERT OR REPLACE INTO message VALUES ${Array<string>(rows).fill(values).join(', ')}`;
}

const insertOne = insert(1);
const insertTogether = insert(together);

const select = `
  SELECT ${rowColumns} FROM message WHERE folder = ? AND uid <= ? AND uid > ? ORDER BY uid ${onePage}`;

/** All of them are looked through: an index for this question alone would slow down every first sync. */
const selectElsewhere = `
  SELECT path, ${rowColumns} FROM message JOIN folder ON folder.key = message.folder
  WHERE folder IN (SELECT key FROM folder WHERE account = ?1)
    AND (name IN (SELECT value FROM json_each(?2)) OR wire_sha256 IN (SELECT unhex(value) FROM json_each(?3)))
  ORDER BY folder, uid`;

const updateFlags = `
  UPDATE message SET flags = ?, keywords = ?, mod_seq = nullif((? << 32) | ?, 0) WHERE folder = ? AND uid = ?`;

type RowElsewhere = readonly [path: string, ...Row];

type FormerRow = readonly [name: string, wireSha256: Uint8Array, storedAt: number];

const folders = `
  SELECT key FROM folder WHERE account = (SELECT key FROM account WHERE id = ?1) AND path = coalesce(?2, path)`;

const countMost = `
  SELECT count(*) AS count FROM (
    SELECT 1 FROM message WHERE folder IN (${folders})
    UNION ALL SELECT 1 FROM former WHERE folder IN (${folders}) LIMIT ?3)`;

export class MessageTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Each replaces what was known of its UID. */
  replace(folder: number, messages: PackedMessages): void {
    const valuesAt = valuesOf(messages);
    const count = messages.uid.length;
    for (let at = 0; at < count;) {
      const rows = count - at < together ? 1 : together;
      const values: SqlValue[] = [folder];
      for (const end = at + rows; at < end; at += 1) values.push(...valuesAt(at));
      this.#sql.run(rows === 1 ? insertOne : insertTogether, ...values);
    }
  }

  forget(folder: number, uids: Uint32Array): void {
    for (const uid of uids)
      this.#sql.run('DELETE FROM message WHERE folder = ? AND uid = ?', folder, uid);
  }

  /** Those of them that are known. */
  setFlags(folder: number, { uid, flags, keywords, modSeq }: MessageFlags): void {
    const texts = unpackTexts(keywords);
    const modSeqs = new Halves(modSeq);
    uid.forEach((each, at) => {
      const values = [flags[at] ?? 0, texts[at] ?? '', modSeqs.high(at), modSeqs.low(at)] as const;
      this.#sql.run(updateFlags, ...values, folder, each);
    });
  }

  /** Those of them that are known. */
  rename(folder: number, { uid, name }: MessageNames): void {
    const names = unpackTexts(name);
    const sql = 'UPDATE message SET name = ? WHERE folder = ? AND uid = ?';
    uid.forEach((each, at) => this.#sql.run(sql, names[at] ?? '', folder, each));
  }

  /** Those of them that are known. */
  setStatus(folder: number, { uids, status }: MessageStatus): void {
    const sql = 'UPDATE message SET status = ? WHERE folder = ? AND uid = ?';
    const code = agreedStatuses.indexOf(status);
    for (const uid of uids) this.#sql.run(sql, code, folder, uid);
  }

  /** Those from there on, as pairs of the ends of ranges. */
  uids(folder: number, fromUid: number): Uint32Array {
    const sql = `SELECT uid FROM message WHERE folder = ? AND uid > ? ORDER BY uid ${onePage}`;
    const ranges: { from: number; to: number }[] = [];
    for (const page of this.#sql.pages<[number]>(sql, [folder], fromUid - 1, ([uid]) => uid))
      for (const [uid] of page) {
        const last = ranges.at(-1);
        if (last !== undefined && uid === last.to + 1) last.to = uid;
        else ranges.push({ from: uid, to: uid });
      }
    return packRanges(UidSet.ofRanges(ranges));
  }

  /** Those of `pairs`, the ends of ascending ranges. */
  read(folder: number, pairs: Uint32Array): PackedMessages {
    const columns = new ColumnsOfRows(this.#count(folder, pairs));
    for (let at = 0; at < pairs.length; at += 2) {
      const [first = 1, last = 0] = pairs.subarray(at, at + 2);
      for (const page of this.#sql.pages<Row>(select, [folder, last], first - 1, ([uid]) => uid))
        for (const row of page) columns.add(row);
    }
    return columns.packed();
  }

  /** Of all folders of the account: those of one of these names, or of this content (SHA-256 in hex). */
  elsewhere(
    account: number,
    names: readonly string[],
    wireSha256: readonly string[],
  ): PackedPlaces {
    const sought = [JSON.stringify(names), JSON.stringify(wireSha256)] as const;
    const rows = this.#sql.rows<RowElsewhere>(selectElsewhere, account, ...sought);
    const columns = new ColumnsOfRows(rows.length);
    const paths: string[] = [];
    for (const [path, ...row] of rows) {
      paths.push(path);
      columns.add(row);
    }
    return { path: packTexts(paths), messages: columns.packed() };
  }

  /** Those that are agreed and those of a former numbering, in one folder or in all; no more than `most` are counted. */
  count(accountId: string, path: string | null, most: number): number {
    return this.#sql.get<{ count: number }>(countMost, accountId, path, most)?.count ?? 0;
  }

  former(folder: number): PackedFormer {
    const sql = `SELECT name, wire_sha256, stored_at FROM former WHERE folder = ? AND name > ? ORDER BY name ${onePage}`;
    const names: string[] = [];
    const digests: Uint8Array[] = [];
    const storedAt: number[] = [];
    for (const page of this.#sql.pages<FormerRow>(sql, [folder], '', ([name]) => name))
      for (const [name, digest, at] of page) {
        names.push(name);
        digests.push(digest);
        storedAt.push(at);
      }
    return {
      name: packTexts(names),
      wireSha256: joinDigests(digests),
      storedAt: Float64Array.from(storedAt),
    };
  }

  dropFormer(folder: number): void {
    this.#sql.run('DELETE FROM former WHERE folder = ?', folder);
  }

  /** How many rows there may be at most. */
  #count(folder: number, pairs: Uint32Array): number {
    const sql = 'SELECT count(*) AS count FROM message WHERE folder = ? AND uid BETWEEN ? AND ?';
    const [first = 0, last = 0] = [pairs[0], pairs.at(-1)];
    const within = this.#sql.get<{ count: number }>(sql, folder, first, last)?.count ?? 0;
    let asked = 0;
    for (let at = 0; at < pairs.length; at += 2)
      asked += (pairs[at + 1] ?? 0) - (pairs[at] ?? 0) + 1;
    return Math.min(within, asked);
  }
}

/** What a row is inserted with, behind its folder. */
function valuesOf(messages: PackedMessages): (at: number) => readonly SqlValue[] {
  const { uid, flags, wireSize, wireSha256, internalDate, storedAt, status } = messages;
  const names = unpackTexts(messages.name);
  const keywords = unpackTexts(messages.keywords);
  const modSeqs = new Halves(messages.modSeq);
  const hashes = new Halves(messages.messageIdHash);
  return (at) => [
    uid[at] ?? 0,
    names[at] ?? '',
    flags[at] ?? 0,
    keywords[at] ?? '',
    modSeqs.high(at),
    modSeqs.low(at),
    wireSize[at] ?? 0,
    wireSha256.subarray(at * digestSize, (at + 1) * digestSize),
    hashes.high(at),
    hashes.low(at),
    orNull(internalDate[at]),
    storedAt[at] ?? 0,
    status[at] ?? 0,
  ];
}

function orNull(number: number | undefined): number | null {
  return number === undefined || Number.isNaN(number) ? null : number;
}
