/** What an untagged FETCH says of a message (RFC 9051, section 7.5.2). */

import { parseDateTime } from './dates.ts';
import { isList, numberOf, textOf, textsOf, type Answer, type TokenNode } from './tokens.ts';

export interface FetchedItems {
  readonly uid?: number;
  readonly flags?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly internalDate?: number;
  readonly size?: number;
  readonly body?: FetchedBody;
}

export interface FetchedBody {
  /** Null for NIL. */
  readonly octets: Buffer | null;
  /** Where the part starts, if the server gave a part. */
  readonly origin: number | null;
  /** Set where the server wrote 8-bit octets into a quoted string: they could not be read as they were. */
  readonly damaged: boolean;
}

export function readFetch({ attributes }: Answer): FetchedItems {
  const items = attributes?.[1];
  if (!isList(items)) return {};
  let found: FetchedItems = {};
  for (let at = 0; at + 1 < items.length; at += 2) {
    found = { ...found, ...readItem(items[at], items[at + 1]) };
  }
  return found;
}

function readItem(name: TokenNode | undefined, value: TokenNode | undefined): FetchedItems {
  switch (textOf(name)?.toUpperCase()) {
    case 'UID':
      return defined('uid', numberOf(value));
    case 'FLAGS':
      return { flags: textsOf(value) };
    case 'INTERNALDATE':
      return defined('internalDate', parseDateTime(textOf(value) ?? '') ?? undefined);
    case 'RFC822.SIZE':
      return defined('size', numberOf(value));
    case 'BODY':
      return isWholeBody(name) ? { body: readBody(name, value) } : {};
    default:
      return {};
  }
}

function defined<K extends keyof FetchedItems>(key: K, value: FetchedItems[K]): FetchedItems {
  return value === undefined ? {} : { [key]: value };
}

/** `BODY[]`, not `BODY[HEADER]` and not the structure. */
function isWholeBody(name: TokenNode | undefined): boolean {
  return name !== null && name !== undefined && !isList(name) && name.section?.length === 0;
}

function readBody(name: TokenNode | undefined, value: TokenNode | undefined): FetchedBody {
  const partial = name === null || name === undefined || isList(name) ? undefined : name.partial;
  const origin = partial?.[0] ?? null;
  if (value === null || value === undefined || isList(value))
    return { octets: null, origin, damaged: false };
  if (Buffer.isBuffer(value.value)) return { octets: value.value, origin, damaged: false };
  // A quoted string has 7 bits; the parser has read the line as UTF-8.
  const text = textOf(value) ?? '';
  return { octets: Buffer.from(text), origin, damaged: text.includes('\ufffd') };
}
