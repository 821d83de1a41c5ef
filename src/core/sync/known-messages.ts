/** The agreed messages of one folder, looked up by UID, by name and by content. */

import {
  agreedStatuses,
  type AgreedColumns,
  type AgreedMessage,
  type AgreedStatus,
} from './agreed.ts';
import { UidSet } from './uid-set.ts';

const digestSize = 32;

/** Entries are numbered from 0, ascending by UID. */
export class KnownMessages {
  readonly columns: AgreedColumns;
  #byName: ReadonlyMap<string, number> | null = null;

  constructor(columns: AgreedColumns) {
    this.columns = columns;
  }

  get size(): number {
    return this.columns.uid.length;
  }

  uid(at: number): number {
    return this.columns.uid[at] ?? 0;
  }

  name(at: number): string {
    return this.columns.name[at] ?? '';
  }

  flags(at: number): number {
    return this.columns.flags[at] ?? 0;
  }

  hasKeywords(at: number): boolean {
    return this.columns.keywords[at] !== '';
  }

  keywords(at: number): readonly string[] {
    if (!this.hasKeywords(at)) return [];
    return (this.columns.keywords[at] ?? '').split(' ').filter((each) => each !== '');
  }

  status(at: number): AgreedStatus {
    return agreedStatuses[this.columns.status[at] ?? 0] ?? 'both';
  }

  wireSize(at: number): number {
    return this.columns.wireSize[at] ?? 0;
  }

  /** In hex. */
  wireSha256(at: number): string {
    return hex(this.columns.wireSha256.subarray(at * digestSize, (at + 1) * digestSize));
  }

  /** As AgreedMessage.messageIdHash. */
  messageIdHash(at: number): string | null {
    const hash = this.columns.messageIdHash[at] ?? 0n;
    return hash === 0n ? null : hash.toString(16).padStart(16, '0');
  }

  internalDate(at: number): number | null {
    const date = this.columns.internalDate[at] ?? NaN;
    return Number.isNaN(date) ? null : date;
  }

  /** Whether the server is known to have it. */
  isThere(at: number): boolean {
    return this.status(at) !== 'here-alone';
  }

  /** Whether a file of it is known to be here. */
  isHere(at: number): boolean {
    const status = this.status(at);
    return status !== 'there-alone' && status !== 'awaiting-expunge';
  }

  /** Undefined where it is not known. */
  atUid(uid: number): number | undefined {
    const { uid: uids } = this.columns;
    let low = 0;
    for (let high = uids.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((uids[middle] ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return uids[low] === uid ? low : undefined;
  }

  atName(name: string): number | undefined {
    this.#byName ??= new Map(this.columns.name.map((each, at) => [each, at]));
    return this.#byName.get(name);
  }

  /** UIDs that the server is known to have. */
  uidsThere(): UidSet {
    return UidSet.of([...this.columns.uid].filter((_, at) => this.isThere(at)));
  }

  message(at: number): AgreedMessage {
    const modSeq = this.columns.modSeq[at] ?? 0n;
    return {
      uid: this.uid(at),
      name: this.name(at),
      flags: this.flags(at),
      keywords: this.keywords(at),
      modSeq: modSeq === 0n ? null : String(modSeq),
      wireSize: this.wireSize(at),
      wireSha256: this.wireSha256(at),
      messageIdHash: this.messageIdHash(at),
      internalDate: this.internalDate(at),
      storedAt: this.columns.storedAt[at] ?? 0,
      status: this.status(at),
    };
  }
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (each) => each.toString(16).padStart(2, '0')).join('');
}

export const noMessages = new KnownMessages({
  uid: new Uint32Array(0),
  name: [],
  flags: new Uint8Array(0),
  keywords: [],
  modSeq: new BigUint64Array(0),
  wireSize: new Float64Array(0),
  wireSha256: new Uint8Array(0),
  messageIdHash: new BigUint64Array(0),
  internalDate: new Float64Array(0),
  storedAt: new Float64Array(0),
  status: new Uint8Array(0),
});
