/** What is known of messages beside their octets, in pages. */

import { highestUid, UidSet } from '../../../core/sync/uid-set.ts';
import type { MessageFacts } from '../../../core/sync/remote.ts';
import type { RemoteIdentity } from '../../../ports/receiving/mailbox-source.ts';
import { longestHeader } from '../../../wire/message-id.ts';
import { failure } from '../answers/failure.ts';
import { factsOf, readFetchLine, type PartialFacts } from '../answers/fetch-line.ts';
import type { DataLine } from '../answers/line.ts';
import { atom, sequence, type TokenNode } from '../answers/tokens.ts';
import { UnreadableAnswer, type ImapConnection } from '../connection.ts';
import { commandSets, stillThere } from './search.ts';

const pageSize = 1_000;

export interface FactsRequest {
  readonly connection: ImapConnection;
  /** The folder counts changes: MODSEQ is asked for. */
  readonly condstore: boolean;
  /** Items that are asked for besides. */
  readonly more?: readonly TokenNode[];
  /** Throws once another folder was opened. */
  readonly assertOpen: () => void;
}

/** Ascending; those that are not there are left out. Errors reach `folder`. */
export async function* factsInPages(
  request: FactsRequest,
  uids: UidSet,
): AsyncGenerator<readonly MessageFacts[]> {
  for await (const page of toldInPages(request, uids))
    yield page.map(([uid, told]) => factsOf(uid, told));
}

/** The same with Message-IDs. */
export async function* identitiesInPages(
  request: FactsRequest,
  uids: UidSet,
): AsyncGenerator<readonly RemoteIdentity[]> {
  for await (const page of toldInPages({ ...request, more: [messageId] }, uids))
    yield page.map(([uid, told]) => ({
      facts: factsOf(uid, told),
      messageIdHash: told.messageIdHash ?? null,
    }));
}

/** More of it is no honest Message-ID, and as much of a header is looked through on disk. */
const messageId: TokenNode = {
  ...atom('BODY.PEEK'),
  section: [atom('HEADER.FIELDS'), [atom('MESSAGE-ID')]],
  partial: [0, longestHeader],
};

type Told = readonly [number, PartialFacts];

async function* toldInPages(request: FactsRequest, uids: UidSet): AsyncGenerator<readonly Told[]> {
  for (const page of commandSets(uids.within(1, highestUid), pageSize)) {
    request.assertOpen();
    const told = await toldOfPage(request, page).catch((error: unknown) => {
      throw failure(error, 'the folder cannot be listed', 'folder');
    });
    if (told.length > 0) yield told;
  }
}

async function toldOfPage(request: FactsRequest, page: UidSet): Promise<Told[]> {
  const known = new Map<number, PartialFacts>();
  const clear = await ask(request, page, true, known);
  const missing = () => page.without(UidSet.of(known.keys()));
  // Some keywords are no atoms, and nobody can tell where the list of flags ends.
  if (!clear && !missing().isEmpty) await ask(request, missing(), false, known);
  if (!missing().isEmpty) await askSingly(request, missing(), known);
  return [...known].sort(([a], [b]) => a - b);
}

/**
 * Some servers answer a set with nothing. What SEARCH knows and FETCH does not tell is there all the same; nobody asks more
 * than a few times for what never comes.
 */
async function askSingly(
  request: FactsRequest,
  missing: UidSet,
  known: Map<number, PartialFacts>,
): Promise<void> {
  let silent = 0;
  for (const uid of await stillThere(request.connection, missing)) {
    if (silent < mostSilent) await ask(request, UidSet.of([uid]), true, known);
    silent = known.has(uid) ? 0 : silent + 1;
    if (!known.has(uid)) known.set(uid, {});
  }
}

const mostSilent = 5;

/** False where something of the answer could not be read. */
async function ask(
  { connection, condstore, more = [] }: FactsRequest,
  uids: UidSet,
  withFlags: boolean,
  known: Map<number, PartialFacts>,
): Promise<boolean> {
  const names = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', ...(condstore ? ['MODSEQ'] : [])];
  const items = [...names.filter((name) => withFlags || name !== 'FLAGS').map(atom), ...more];
  const take = (line: DataLine): void => {
    const told = readFetchLine(line);
    if (told.uid === undefined || !uids.has(told.uid)) return;
    known.set(told.uid, { ...known.get(told.uid), ...told });
  };
  try {
    const set = sequence(uids.toString());
    const data = { FETCH: take };
    const { unreadable } = await connection.run('UID FETCH', [set, items], { data });
    return unreadable.length === 0;
  } catch (error) {
    if (error instanceof UnreadableAnswer) return false;
    throw error;
  }
}
