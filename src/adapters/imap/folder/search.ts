/** UID SEARCH (RFC 9051, section 6.4.4), by sets where the server gives them (ESEARCH, RFC 4731). */

import { highestUid, UidSet } from '../../../core/sync/uid-set.ts';
import { LineReader, UnreadableLine, type DataLine, type Value } from '../answers/line.ts';
import { RangeCollector, rangesOf, uidOf } from '../answers/numbers.ts';
import { RefusedCommand } from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { atom, sequence, type TokenNode } from '../answers/tokens.ts';
import { UnreadableAnswer, type ImapConnection } from '../connection.ts';

export interface SearchResult {
  readonly uids: UidSet;
  /** The server looked at no message below this one (RFC 9738); null where it looked at all that it was asked for. */
  readonly lookedDownTo: number | null;
}

/** Throws RefusedCommand, UnreadableAnswer where a line of the answer could not be read. */
export async function search(
  connection: ImapConnection,
  criteria: readonly TokenNode[],
): Promise<SearchResult> {
  if (!connection.has('ESEARCH')) return await ask(connection, criteria, []);
  const asSet = [atom('RETURN'), [atom('ALL')]];
  try {
    return await ask(connection, criteria, asSet);
  } catch (error) {
    if (!(error instanceof RefusedCommand || error instanceof UnreadableAnswer)) throw error;
    return await ask(connection, criteria, []);
  }
}

async function ask(
  connection: ImapConnection,
  criteria: readonly TokenNode[],
  returns: readonly TokenNode[],
): Promise<SearchResult> {
  const found = new RangeCollector();
  let told = false as boolean;
  const listener = {
    data: {
      SEARCH: (line: DataLine) => {
        told = true;
        readNumbers(line.text, found);
      },
      // RFC 9051, section 7.3.4: a server of IMAP4rev2 alone answers with a set, whatever it was asked for.
      ESEARCH: (line: DataLine) => {
        told = true;
        readSet(line, found);
      },
    },
  };
  const answer = await connection.run('UID SEARCH', [...returns, ...criteria], listener);
  // A set is always told, an empty one too (RFC 4731, section 3.1); some servers say no word where they found nothing.
  if (answer.unreadable.length > 0 || (!told && returns.length > 0)) throw new UnreadableAnswer();
  return { uids: plausible(found.set()), lookedDownTo: limitOf(answer.line) };
}

const [digit0, digit9, blank, tab, parenthesis] = [0x30, 0x39, 0x20, 0x09, 0x28];

/** ` 2 5 9 (MODSEQ 917162500)`, with blanks as they come; there may be a million of them, so nothing is made for each. */
function readNumbers(text: string, found: RangeCollector): void {
  let number = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= digit0 && code <= digit9) number = number * 10 + code - digit0;
    else if (code === parenthesis) return;
    else if (at < text.length && code !== blank && code !== tab) throw new UnreadableLine();
    else {
      if (number > 0 && number <= highestUid) found.add(number);
      number = 0;
    }
  }
}

/** ` (TAG "A1") UID ALL 1:3,5 COUNT 4`. */
function readSet(line: DataLine, found: RangeCollector): void {
  const reader = new LineReader(line);
  let last: Value = null;
  while (!reader.isAtEnd) {
    const value = reader.value();
    if (typeof last === 'string' && last.toUpperCase() === 'ALL' && typeof value === 'string')
      found.addRanges(rangesOf(value));
    last = value;
  }
}

/**
 * RFC 9051, section 2.3.1.1: UIDNEXT is greater than every UID and has 32 bits itself, so the greatest number is no UID, but a
 * server's -1; whoever settled it would never see new mail again.
 */
function plausible(uids: UidSet): UidSet {
  return uids.last === highestUid ? uids.within(1, highestUid - 1) : uids;
}

/** RFC 9738, section 3.1: `[MESSAGELIMIT 1000 23221]`, the second one being the lowest UID that was looked at. */
export function limitOf({ code, args }: StatusLine): number | null {
  return code === 'MESSAGELIMIT' ? (uidOf(args.split(/[ \t]+/)[1]) ?? 1) : null;
}

/** Those from `from` on, however the server limits one answer; `complete` false where it does so without an end. */
export async function searchRange(
  connection: ImapConnection,
  from: number,
): Promise<{ uids: UidSet; complete: boolean }> {
  let found = UidSet.empty;
  for (let to = highestUid; ;) {
    const end = to === highestUid ? '*' : String(to);
    const range = [atom('UID'), sequence(`${String(from)}:${end}`)];
    const { uids, lookedDownTo } = await search(connection, range);
    // RFC 9051, section 9 (seq-range): `n:*` is also `*:n`, so the last message comes even if its UID is lower.
    const asked =
      (uids.first ?? from) < from || (uids.last ?? to) > to ? uids.within(from, to) : uids;
    found = found.isEmpty ? asked : found.union(asked);
    if (lookedDownTo === null || lookedDownTo <= from) return { uids: found, complete: true };
    if (lookedDownTo > to) return { uids: found, complete: false };
    to = lookedDownTo - 1;
  }
}

/** Which of these are there. */
export async function stillThere(connection: ImapConnection, uids: UidSet): Promise<UidSet> {
  let there = UidSet.empty;
  for (const part of commandSets(uids, mostAtOnce)) {
    const { uids: found } = await search(connection, [atom('UID'), sequence(part.toString())]);
    there = there.union(part.without(part.without(found)));
  }
  return there;
}

const mostAtOnce = 1_000;
/** RFC 7162, section 4: lines of commands should be no longer than 8,192 octets. */
const longestSet = 6_000;

/** Parts of at most `size` UIDs that fit into a command. */
export function* commandSets(uids: UidSet, size: number): Generator<UidSet> {
  for (const part of uids.windows(size))
    if (part.toString().length <= longestSet) yield part;
    else yield* commandSets(part, Math.ceil(size / 2));
}
