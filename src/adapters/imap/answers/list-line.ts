/** LIST and STATUS lines (RFC 9051, sections 7.3.1 and 7.3.4), whatever quotes and tabs stand in the names. */

import type { FolderStatus } from '../../../core/sync/remote.ts';
import { decoded, LineReader, unescaped, UnreadableLine, type DataLine } from './line.ts';
import { decimalOf, modSeqOf, numberOf } from './numbers.ts';

export interface ListLine {
  /** In lower case, with their backslash. */
  readonly attributes: readonly string[];
  readonly delimiter: string | null;
  /** The name as the server writes it. */
  readonly wire: string;
}

/** No file system and no server allows longer names. */
const longestName = 4 * 1024;

/** `(\HasNoChildren) "/" "Projekte/Stra&AN8-e"`. Throws UnreadableLine. */
export function readListLine(line: DataLine): ListLine {
  const reader = new LineReader(line);
  const attributes = reader.value();
  const delimiter = reader.value();
  if (!Array.isArray(attributes) || Array.isArray(delimiter)) throw new UnreadableLine();
  return {
    attributes: attributes
      .filter((each) => typeof each === 'string')
      .map((each) => each.toLowerCase()),
    delimiter: typeof delimiter === 'string' && delimiter !== '' ? decoded(delimiter) : null,
    wire: readName(reader),
  };
}

/**
 * A string, or what stands to the line's end: some servers quote names that they should escape, or don't quote those with
 * blanks and tabs. Behind a string there may be extended data (RFC 5258, section 6), which nobody asked for.
 */
function readName(reader: LineReader): string {
  const strict = reader.strictString();
  const rest = reader.rest();
  if (strict !== undefined) {
    if (rest !== '' && !rest.startsWith('(')) throw new UnreadableLine();
    return checked(strict);
  }
  const quoted = /^"(.*)"$/s.exec(rest)?.[1];
  return checked(quoted === undefined ? withoutExtension(rest) : unescaped(quoted));
}

function withoutExtension(name: string): string {
  return name.replace(/[ \t]+\(\(?"?[A-Za-z][^()]*"? *\(.*\)\)?$/s, '');
}

function checked(latin1: string): string {
  if (latin1 === '' || latin1.length > longestName) throw new UnreadableLine();
  return decoded(latin1);
}

export interface StatusData {
  /** The name as the server writes it. */
  readonly wire: string;
  readonly status: FolderStatus;
}

/** `"Projekte" (MESSAGES 3 UIDNEXT 9)`. Throws UnreadableLine. */
export function readStatusData({ text, literals }: DataLine): StatusData {
  const [whole = '', items = ''] = /\(([^()]*)\)[ \t]*$/.exec(text) ?? [];
  if (whole === '') throw new UnreadableLine();
  const name = new LineReader({ text: text.slice(0, -whole.length), literals });
  return { wire: readName(name), status: readItems(items) };
}

function readItems(text: string): FolderStatus {
  const words = text.split(/[ \t]+/).filter((word) => word !== '');
  const items = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2)
    items.set((words[at] ?? '').toUpperCase(), words[at + 1] ?? '');
  return {
    uidValidity: decimalOf(items.get('UIDVALIDITY')) ?? null,
    uidNext: numberOf(items.get('UIDNEXT')) || null,
    exists: numberOf(items.get('MESSAGES')) ?? null,
    highestModSeq: modSeqOf(items.get('HIGHESTMODSEQ')) ?? null,
  };
}
