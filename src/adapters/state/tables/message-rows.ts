/** Rows of agreed messages, and the columns that they become. */

import { emptyColumns, type PackedMessages } from '../agreed-columns.ts';
import { digestSize, Halves, packTexts } from '../columns.ts';

/** What a Row holds, of the table `message`. */
export const rowColumns = `
  uid, name, flags, keywords, (mod_seq >> 32) & 4294967295, mod_seq & 4294967295, wire_size, wire_sha256,
  (message_id_hash >> 32) & 4294967295, message_id_hash & 4294967295, internal_date, stored_at, status`;

type Half = number | null;

export type Row = readonly [
  ...[uid: number, name: string, flags: number, keywords: string],
  ...[modSeqHigh: Half, modSeqLow: Half, wireSize: number, wireSha256: Uint8Array],
  ...[hashHigh: Half, hashLow: Half, internalDate: number | null, storedAt: number, status: number],
];

/** Rows become columns one by one, so that those of a page alone are in hand. */
export class ColumnsOfRows {
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
