/** Octets of messages in numbers; whatever the bulk reader did not bring is asked for once more, one by one. */

import { UidSet } from '../../../core/sync/uid-set.ts';
import type { Fetched } from '../../../ports/receiving/mailbox-source.ts';
import { failure } from '../answers/failure.ts';
import { throttled } from '../answers/refusal.ts';
import type { TaggedAnswer } from '../bulk/bulk-item.ts';
import { stillThere } from '../folder/search.ts';
import { Arrivals, asRefusal, isEmpty, uidsOf, type FetchRequest } from './arrivals.ts';
import { askOneByOne } from './one-by-one.ts';

/** As OpenFolder.fetch. */
export async function* fetchMessages(
  request: FetchRequest,
  uids: UidSet,
): AsyncGenerator<readonly Fetched[]> {
  const arrivals = new Arrivals();
  for (let rest = uids; !rest.isEmpty; rest = rest.without(arrivals.takeSettled())) {
    request.assertOpen();
    const round = yield* fetchRound(request, rest, arrivals);
    if (!round.missing.isEmpty) yield* fetchMissing(request, round, arrivals);
    arrivals.settle(round.missing);
    // Nothing came and nothing was answered: whatever it was, it is not asked for again and again.
    if (round.answered === 0) return;
  }
}

/** What came of one pass of the bulk reader, which stops asking after a refusal. */
export interface Round {
  readonly missing: UidSet;
  /** Windows that were answered. */
  readonly answered: number;
  readonly refusal: TaggedAnswer | null;
}

async function* fetchRound(
  { bulk, condstore, assertOpen }: FetchRequest,
  uids: UidSet,
  arrivals: Arrivals,
): AsyncGenerator<readonly Fetched[], Round> {
  let missing = UidSet.empty;
  let answered = 0;
  let refusal: TaggedAnswer | null = null;
  for await (const items of bulk(uids, { condstore })) {
    for (const item of items) {
      if (item.kind !== 'answered') continue;
      answered += 1;
      missing = missing.union(item.missing);
      if (item.answer.status !== 'OK') refusal = item.answer;
    }
    missing = missing.union(UidSet.of(items.filter(isEmpty).flatMap(uidsOf)));
    const batch = items.filter((item) => !isEmpty(item)).flatMap((item) => arrivals.take(item));
    if (batch.length > 0) yield batch;
    assertOpen();
  }
  return { missing, answered, refusal };
}

/** What is gone is told; the rest is asked for by itself. */
async function* fetchMissing(
  request: FetchRequest,
  { missing, refusal }: Round,
  arrivals: Arrivals,
): AsyncGenerator<readonly Fetched[]> {
  const pause = refusal === null ? undefined : throttled(asRefusal(refusal), 'session');
  if (pause !== undefined) throw pause;
  const there = await look(request, missing);
  const gone = missing.without(there);
  if (!gone.isEmpty) yield Array.from(gone, (uid) => ({ kind: 'vanished', uid }) as const);
  yield* askOneByOne(request, there, arrivals);
}

async function look({ connection }: FetchRequest, missing: UidSet): Promise<UidSet> {
  try {
    // What others have expunged is told with it (RFC 9051, section 6.1.2), so that SEARCH does not know it any more.
    await connection.run('NOOP', []);
    return await stillThere(connection, missing);
  } catch (error) {
    throw failure(error, 'the folder cannot be listed', 'folder');
  }
}
