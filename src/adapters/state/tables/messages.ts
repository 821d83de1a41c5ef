/** The table of agreed messages, written and read in columns. */

import { UidSet } from '../../../core/sync/uid-set.ts';
import type { SqlValue } from '../../../disk/sqlite.ts';
import { emptyColumns, type PackedFormer, type PackedMessages } from '../agreed-columns.ts';
import { digestSize, Halves, joinDigests, packRanges, packTexts, unpackTexts } from '../columns.ts';
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
  SELECT uid, name, flags, keywords, (mod_seq >> 32) & 4294967295, mod_seq & 4294967295, wire_size, wire_sha256,
    (message_id_hash >> 32) & 4294967295, message_id_hash & 4294967295, internal_date, stored_at, status
  FROM message WHERE folder = ? AND uid <= ? AND uid > ? ORDER BY uid ${onePage}`;

type Half = number | null;

type Row = readonly [
  ...[uid: number, name: string, flags: number, keywords: string],
  ...[modSeqHigh: Half, modSeqLow: Half, wireSize: number, wireSha256: Uint8Array],
  ...[hashHigh: Half, hashLow: Half, internalDate: number | null, storedAt: number, status: number],
];

type FormerRow = readonly [name: string, wireSha256: Uint8Array, storedAt: number];

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

/** Rows become columns one by one, so that those of a page alone are in hand. */
class ColumnsOfRows {
  readonly #columns: ReturnType<typeof emptyColumns>;
  readonly #names: string[] = [];
  readonly #keywords: string[] = [];
  readonly #modSeqs: Halves;
  readonly #hashes: Halves;

  constructor(count: number) {
    this.#columns = emptyColumns(count);
    this.#modSeqs = new Halves(this.#columns.modSeq);
    this.#hashes = new Halves(this.#columns.messageIdHash);
  }

  add(row: Row): void {
    const at = this.#names.length;
    const columns = this.#columns;
    const [uid, name, flags, keywords, modSeqHigh, modSeqLow, wireSize, wireSha256] = row;
    const [, , , , , , , , hashHigh, hashLow, internalDate, storedAt, status] = row;
    this.#names.push(name);
    this.#keywords.push(keywords);
    columns.uid[at] = uid;
    columns.flags[at] = flags;
    this.#modSeqs.set(at, modSeqHigh ?? 0, modSeqLow ?? 0);
    columns.wireSize[at] = wireSize;
    columns.wireSha256.set(wireSha256, at * digestSize);
    this.#hashes.set(at, hashHigh ?? 0, hashLow ?? 0);
    columns.internalDate[at] = internalDate ?? NaN;
    columns.storedAt[at] = storedAt;
    columns.status[at] = status;
  }

  packed(): PackedMessages {
    const count = this.#names.length;
    const texts = { name: packTexts(this.#names), keywords: packTexts(this.#keywords) };
    if (count === this.#columns.uid.length) return { ...this.#columns, ...texts };
    return { ...shortened(this.#columns, count), ...texts };
  }
}

function shortened(columns: ReturnType<typeof emptyColumns>, count: number): typeof columns {
  return {
    uid: columns.uid.slice(0, count),
    flags: columns.flags.slice(0, count),
    modSeq: columns.modSeq.slice(0, count),
    wireSize: columns.wireSize.slice(0, count),
    wireSha256: columns.wireSha256.slice(0, count * digestSize),
    messageIdHash: columns.messageIdHash.slice(0, count),
    internalDate: columns.internalDate.slice(0, count),
    storedAt: columns.storedAt.slice(0, count),
    status: columns.status.slice(0, count),
  };
}
