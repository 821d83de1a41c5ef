/** Agreed messages in columns that cross threads, there and back. */

import {
  agreedStatuses,
  type AgreedColumns,
  type AgreedMessage,
  type AgreedPlace,
  type FormerMessage,
} from '../../core/sync/agreed.ts';
import {
  digestAt,
  digestSize,
  Halves,
  packDigests,
  packTexts,
  unpackTexts,
  type TextColumn,
} from './columns.ts';

/** AgreedColumns with their texts packed. */
export interface PackedMessages extends Omit<AgreedColumns, 'name' | 'keywords'> {
  readonly name: TextColumn;
  readonly keywords: TextColumn;
}

/** Messages of several folders, and the folder of each. */
export interface PackedPlaces {
  readonly path: TextColumn;
  readonly messages: PackedMessages;
}

export interface PackedFormer {
  readonly name: TextColumn;
  readonly wireSha256: Uint8Array;
  readonly storedAt: Float64Array;
}

/** Columns of numbers for so many messages, all 0. */
export function emptyColumns(count: number): Omit<PackedMessages, 'name' | 'keywords'> {
  return {
    uid: new Uint32Array(count),
    flags: new Uint8Array(count),
    modSeq: new BigUint64Array(count),
    wireSize: new Float64Array(count),
    wireSha256: new Uint8Array(count * digestSize),
    messageIdHash: new BigUint64Array(count),
    internalDate: new Float64Array(count),
    storedAt: new Float64Array(count),
    status: new Uint8Array(count),
  };
}

export function packMessages(messages: readonly AgreedMessage[]): PackedMessages {
  const columns = {
    ...emptyColumns(messages.length),
    wireSha256: packDigests(messages.map(({ wireSha256 }) => wireSha256)),
    name: packTexts(messages.map(({ name }) => name)),
    keywords: packTexts(messages.map(({ keywords }) => keywords.join(' '))),
  };
  const modSeqs = new Halves(columns.modSeq);
  const hashes = new Halves(columns.messageIdHash);
  messages.forEach((message, at) => {
    columns.uid[at] = message.uid;
    columns.flags[at] = message.flags;
    if (message.modSeq !== null) modSeqs.setDecimal(at, message.modSeq);
    columns.wireSize[at] = message.wireSize;
    if (message.messageIdHash !== null) hashes.setHex(at, message.messageIdHash);
    columns.internalDate[at] = message.internalDate ?? NaN;
    columns.storedAt[at] = message.storedAt;
    columns.status[at] = agreedStatuses.indexOf(message.status);
  });
  return columns;
}

export function unpackMessages(packed: PackedMessages): AgreedColumns {
  return { ...packed, name: unpackTexts(packed.name), keywords: unpackTexts(packed.keywords) };
}

export function unpackPlaces({ path, messages }: PackedPlaces): AgreedPlace[] {
  const paths = unpackTexts(path);
  return unpackEach(messages).map((message, at) => ({ path: paths[at] ?? '', message }));
}

function unpackEach(packed: PackedMessages): AgreedMessage[] {
  const { uid, name, flags, keywords, wireSize, internalDate, storedAt } = unpackMessages(packed);
  const hashes = new Halves(packed.messageIdHash);
  return Array.from(uid, (each, at) => ({
    uid: each,
    name: name[at] ?? '',
    flags: flags[at] ?? 0,
    keywords: (keywords[at] ?? '').split(' ').filter((keyword) => keyword !== ''),
    modSeq: packed.modSeq[at] === 0n ? null : String(packed.modSeq[at]),
    wireSize: wireSize[at] ?? 0,
    wireSha256: digestAt(packed.wireSha256, at),
    messageIdHash: packed.messageIdHash[at] === 0n ? null : hashes.hex(at),
    internalDate: Number.isNaN(internalDate[at]) ? null : (internalDate[at] ?? null),
    storedAt: storedAt[at] ?? 0,
    status: agreedStatuses[packed.status[at] ?? 0] ?? 'both',
  }));
}

export function unpackFormer({ name, wireSha256, storedAt }: PackedFormer): FormerMessage[] {
  return unpackTexts(name).map((text, at) => ({
    name: text,
    wireSha256: digestAt(wireSha256, at),
    storedAt: storedAt[at] ?? 0,
  }));
}
