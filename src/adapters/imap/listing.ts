/** What is in the open folder: numbers by SEARCH, then what is to be known of each by FETCH. */

import { flagsFromImap } from '../../core/sync/flags.ts';
import type { RemoteMessage } from '../../core/sync/message.ts';
import { UnreadableAnswer, type ImapConnection } from './connection.ts';
import { readFetch, type FetchedItems } from './fetch-answer.ts';
import { failure } from './folders.ts';
import {
  atom,
  numberOf,
  sequence,
  textOf,
  unpackSet,
  type Answer,
  type TokenNode,
} from './tokens.ts';

const pageSize = 1_000;
/** RFC 9051, section 9: UIDs have 32 bits. */
const highestUid = 4_294_967_295;

/**
 * Pages of 1,000 messages with UIDs greater than `above`. SEARCH comes first, since no command may run while a page is
 * with the caller (who fetches meanwhile), and since pages by UID ranges would be endless in a folder whose UIDs are
 * sparse. SEARCH also has the last word on what is there: a message that FETCH passes over is listed without its size.
 */
export async function* listMessages(
  connection: ImapConnection,
  above: number,
): AsyncGenerator<readonly RemoteMessage[]> {
  if (above >= highestUid) return;
  const uids = await searchUids(connection, [atom('UID'), sequence(`${above + 1}:*`)]);
  // RFC 9051, section 9 (seq-range): `n:*` is also `*:n`, so the last message comes even if its UID is lower.
  const wanted = uids.filter((uid) => uid > above);
  for (let start = 0; start < wanted.length; start += pageSize) {
    yield await describe(connection, wanted.slice(start, start + pageSize));
  }
}

/** UIDs that match, ascending, each once. */
export async function searchUids(
  connection: ImapConnection,
  criteria: readonly TokenNode[],
): Promise<number[]> {
  const found = new Set<number>();
  const add = (number: number | undefined): void => {
    if (number !== undefined && number > 0 && number <= highestUid) found.add(number);
  };
  const search = ({ numbers, attributes }: Answer): void => {
    for (const number of numbers ?? (attributes ?? []).map(numberOf)) add(number);
  };
  // RFC 9051, section 7.3.4: a server of IMAP4rev2 alone answers with a set.
  const esearch = ({ attributes }: Answer): void => {
    const at = (attributes ?? []).findIndex((node) => textOf(node)?.toUpperCase() === 'ALL');
    if (at !== -1) for (const number of unpackSet(textOf(attributes?.[at + 1]) ?? '')) add(number);
  };
  try {
    await connection.run('UID SEARCH', criteria, { SEARCH: search, ESEARCH: esearch });
  } catch (error) {
    const known = error instanceof RangeError ? new UnreadableAnswer() : error;
    throw failure(known, 'the folder cannot be listed', 'folder');
  }
  return [...found].sort((a, b) => a - b);
}

const listItems = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE'].map(atom);

async function describe(
  connection: ImapConnection,
  uids: readonly number[],
): Promise<RemoteMessage[]> {
  const known = new Map<number, FetchedItems>();
  const take = (answer: Answer): void => {
    const items = readFetch(answer);
    if (items.uid !== undefined) known.set(items.uid, { ...known.get(items.uid), ...items });
  };
  // The page holds all that stood between its ends, so one range names it, however sparse it is.
  const range = sequence(`${uids[0]}:${uids.at(-1)}`);
  try {
    await connection.run('UID FETCH', [range, listItems], { FETCH: take });
  } catch (error) {
    // A line that could not be read is one message's: it is listed all the same, and fetched by itself.
    if (!(error instanceof UnreadableAnswer)) {
      throw failure(error, 'the folder cannot be listed', 'folder');
    }
  }
  return uids.map((uid) => toRemoteMessage(uid, known.get(uid)));
}

function toRemoteMessage(uid: number, items: FetchedItems | undefined): RemoteMessage {
  return {
    id: String(uid),
    size: items?.size ?? null,
    internalDate: items?.internalDate ?? null,
    flags: flagsFromImap(items?.flags ?? []),
  };
}
