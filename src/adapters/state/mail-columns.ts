/** Known mail of a maildrop in columns that cross threads, there and back. */

import {
  mailStatuses,
  type KnownMail,
  type KnownMailColumns,
} from '../../core/maildrop/maildrop.ts';
import {
  digestAt,
  Halves,
  packDigests,
  packTexts,
  unpackTexts,
  type TextColumn,
} from './columns.ts';

export interface PackedMail {
  readonly id: TextColumn;
  readonly name: TextColumn;
  /** Index into mailStatuses. */
  readonly status: Uint8Array;
  readonly wireSize: Float64Array;
  /** 32 octets each. */
  readonly wireSha256: Uint8Array;
  /** NaN where there is none. */
  readonly listedSize: Float64Array;
  /** 0 where there is none. */
  readonly messageIdHash: BigUint64Array;
  readonly storedAt: Float64Array;
}

/** What planning needs, the texts packed. */
export interface PackedPlanColumns extends Omit<KnownMailColumns, 'id'> {
  readonly id: TextColumn;
}

export function packMail(mail: readonly KnownMail[]): PackedMail {
  const messageIdHash = new BigUint64Array(mail.length);
  const hashes = new Halves(messageIdHash);
  mail.forEach(({ messageIdHash: hash }, at) => {
    if (hash !== null) hashes.setHex(at, hash);
  });
  return {
    id: packTexts(mail.map(({ id }) => id)),
    name: packTexts(mail.map(({ name }) => name)),
    status: Uint8Array.from(mail, ({ status }) => mailStatuses.indexOf(status)),
    wireSize: Float64Array.from(mail, ({ wireSize }) => wireSize),
    wireSha256: packDigests(mail.map(({ wireSha256 }) => wireSha256)),
    listedSize: Float64Array.from(mail, ({ listedSize }) => listedSize ?? NaN),
    messageIdHash,
    storedAt: Float64Array.from(mail, ({ storedAt }) => storedAt),
  };
}

export function unpackMail(packed: PackedMail): KnownMail[] {
  const names = unpackTexts(packed.name);
  const hashes = new Halves(packed.messageIdHash);
  return unpackTexts(packed.id).map((id, at) => {
    const listedSize = packed.listedSize[at] ?? NaN;
    return {
      id,
      status: mailStatuses[packed.status[at] ?? 0] ?? 'stored',
      name: names[at] ?? '',
      wireSize: packed.wireSize[at] ?? 0,
      wireSha256: digestAt(packed.wireSha256, at),
      listedSize: Number.isNaN(listedSize) ? null : listedSize,
      messageIdHash: packed.messageIdHash[at] === 0n ? null : hashes.hex(at),
      storedAt: packed.storedAt[at] ?? 0,
    };
  });
}

export function unpackPlanColumns(packed: PackedPlanColumns): KnownMailColumns {
  return { ...packed, id: unpackTexts(packed.id) };
}
