/** What an untagged FETCH says of a message (RFC 9051, section 7.5.2), beside its body. */

import { flagsFromImap, keywordsFromImap } from '../../../core/sync/flags.ts';
import type { MessageFacts } from '../../../core/sync/remote.ts';
import { messageIdHash } from '../../../wire/message-id.ts';
import { parseDateTime } from '../dates.ts';
import { decoded, LineReader, UnreadableLine, type DataLine, type Value } from './line.ts';
import { modSeqOf, numberOf, uidOf } from './numbers.ts';

/** A part of what is known: servers tell it in several answers, or in between. */
export type PartialFacts = { readonly [K in keyof ToldFacts]?: ToldFacts[K] };

interface ToldFacts extends MessageFacts {
  /** As Staged.messageIdHash. */
  readonly messageIdHash: string | null;
  /** Octets of the header, as far as they were asked for. */
  readonly header: Buffer;
}

/** A set of flags of this many is no honest one. */
const mostFlags = 1_000;

/** Throws UnreadableLine. */
export function readFetchLine(line: DataLine): PartialFacts {
  const reader = new LineReader(line);
  if (!reader.takes('(')) throw new UnreadableLine();
  let found: PartialFacts = {};
  while (!reader.takes(')')) found = { ...found, ...readItem(reader.itemName(), reader.value()) };
  if (!reader.isAtEnd) throw new UnreadableLine();
  return found;
}

function readItem(name: string, value: Value): PartialFacts {
  switch (name) {
    case 'UID':
      return known('uid', uidOf(textOf(value)) ?? unreadable());
    case 'FLAGS':
      return readFlags(value);
    case 'INTERNALDATE':
      return known('internalDate', parseDateTime(textOf(value) ?? '') ?? undefined);
    case 'RFC822.SIZE':
      return known('size', numberOf(textOf(value)));
    case 'MODSEQ':
      return known('modSeq', modSeqOf(textOf(Array.isArray(value) ? value[0] : value)));
    default:
      return readHeader(name, Buffer.from(textOf(value) ?? '', 'latin1'));
  }
}

function readHeader(name: string, octets: Buffer): PartialFacts {
  if (name.startsWith('BODY[HEADER.FIELDS')) return known('messageIdHash', messageIdHash(octets));
  return name.startsWith('BODY[HEADER]') ? known('header', octets) : {};
}

function readFlags(value: Value): PartialFacts {
  if (!Array.isArray(value) || value.length > mostFlags) return unreadable();
  const names = value.filter((name) => typeof name === 'string').map(decoded);
  return { flags: flagsFromImap(names), keywords: keywordsFromImap(names) };
}

function known<K extends keyof ToldFacts>(key: K, value: ToldFacts[K] | undefined) {
  return value === undefined ? {} : { [key]: value };
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function unreadable(): never {
  throw new UnreadableLine();
}

export function factsOf(uid: number, told: PartialFacts = {}): MessageFacts {
  return {
    uid,
    flags: told.flags ?? [],
    keywords: told.keywords ?? [],
    modSeq: told.modSeq ?? null,
    internalDate: told.internalDate ?? null,
    size: told.size ?? null,
  };
}
