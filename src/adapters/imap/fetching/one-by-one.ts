/** Messages asked for one by one, to learn whose trouble a refusal is: theirs, or the folder's. */

import { UidSet } from '../../../core/sync/uid-set.ts';
import { RefusedError, TemporaryError, type PosthornError } from '../../../errors.ts';
import type { Fetched } from '../../../ports/receiving/mailbox-source.ts';
import { isAccountLimit, isTemporary, said, throttled, type Refusal } from '../answers/refusal.ts';
import type { BulkItem, TaggedAnswer } from '../bulk/bulk-item.ts';
import { factsInPages } from '../folder/facts.ts';
import { searchRange } from '../folder/search.ts';
import { asRefusal, isEmpty, type Arrivals, type FetchRequest } from './arrivals.ts';

/** After so many failures in a row a message that is known to be given is asked for. */
const mostInARow = 3;
/** Between two questions to a server that refuses, growing. */
const shortestPauseMs = 200;
const longestPauseMs = 2_000;
/** Of these, the smallest is asked for. */
const candidates = 50;

/** Why a message did not come. */
interface Failure {
  readonly uid: number;
  /** Null where the server said OK and gave nothing. */
  readonly refusal: Refusal | null;
  /** Completes “the server does not give the message: …”. */
  readonly reason: string;
}

/**
 * Every one of `uids` comes to a `message` or to `refused`. Throws where the server gives no other message of the folder
 * either: then no message is to blame, and none is named.
 */
export async function* askOneByOne(
  request: FetchRequest,
  uids: UidSet,
  arrivals: Arrivals,
): AsyncGenerator<readonly Fetched[]> {
  let suspects: Failure[] = [];
  for (const uid of uids) {
    request.assertOpen();
    const failed = yield* askFor(request, uid, arrivals);
    if (failed !== null) {
      suspects.push(failed);
      await request.pause(pauseAfter(suspects.length));
      if (suspects.length < mostInARow) continue;
      await assertGiving(request, arrivals, suspects);
    }
    if (suspects.length > 0) yield suspects.map(refused);
    suspects = [];
  }
  if (suspects.length === 0) return;
  await assertGiving(request, arrivals, suspects);
  yield suspects.map(refused);
}

function pauseAfter(failures: number): number {
  return Math.min(longestPauseMs, shortestPauseMs * 2 ** (failures - 1));
}

/** Hands it on where it comes; else why it did not. Where its flags can't be read it is taken without. */
async function* askFor(
  request: FetchRequest,
  uid: number,
  arrivals: Arrivals,
): AsyncGenerator<readonly Fetched[], Failure | null> {
  const outcome: Outcome = { came: false, refusal: null, reason: null };
  yield* ask(request, uid, true, outcome, arrivals);
  if (!outcome.came && outcome.reason !== null) yield* ask(request, uid, false, outcome, arrivals);
  if (outcome.came) return null;
  const { refusal, reason } = outcome;
  if (refusal === null) return { uid, refusal, reason: reason ?? 'it leaves it out' };
  const pause = throttled(refusal, 'session');
  if (pause !== undefined) throw pause;
  return { uid, refusal, reason: `it says${said(refusal)}` };
}

interface Outcome {
  came: boolean;
  refusal: Refusal | null;
  /** What could not be read. */
  reason: string | null;
}

async function* ask(
  { bulk, condstore }: FetchRequest,
  uid: number,
  withFlags: boolean,
  outcome: Outcome,
  arrivals: Arrivals,
): AsyncGenerator<readonly Fetched[]> {
  let empty: BulkItem | undefined;
  for await (const items of bulk(UidSet.of([uid]), { condstore, withFlags, factsFirst: true })) {
    for (const item of items) {
      if (isEmpty(item)) empty = item;
      else if (item.kind === 'message') outcome.came = true;
      else if (item.kind === 'unreadable') outcome.reason = item.reason;
      else if (item.answer.code === 'EXPUNGEISSUED') empty = undefined;
      else outcome.refusal = refusalOf(item.answer);
    }
    const batch = items.filter((item) => !isEmpty(item)).flatMap((item) => arrivals.take(item));
    if (batch.length > 0) yield batch;
  }
  if (empty === undefined || outcome.came || outcome.refusal !== null) return;
  outcome.came = true;
  yield arrivals.take(empty);
}

function refusalOf(answer: TaggedAnswer): Refusal | null {
  return answer.status === 'OK' ? null : asRefusal(answer);
}

/** Asks for a message beside the suspects. Throws where it does not come either, or where there is none. */
async function assertGiving(
  request: FetchRequest,
  arrivals: Arrivals,
  suspects: readonly Failure[],
): Promise<void> {
  const other = arrivals.smallest?.uid ?? (await smallestBeside(request, suspects));
  if (other !== undefined && (await isGiven(request, other))) return;
  throw folderTrouble(request.path, suspects);
}

async function smallestBeside(
  request: FetchRequest,
  suspects: readonly Failure[],
): Promise<number | undefined> {
  const { uids } = await searchRange(request.connection, 1).catch(() => ({ uids: UidSet.empty }));
  const others = uids.without(UidSet.of(suspects.map(({ uid }) => uid)));
  const [some = UidSet.empty] = others.windows(candidates);
  let smallest: { uid: number; size: number } | undefined;
  for await (const page of factsInPages(request, some))
    for (const { uid, size } of page)
      if (smallest === undefined || (size ?? Infinity) < smallest.size)
        smallest = { uid, size: size ?? Infinity };
  return smallest?.uid;
}

/** Its octets are not kept. */
async function isGiven({ bulk, condstore }: FetchRequest, uid: number): Promise<boolean> {
  let came = false;
  for await (const items of bulk(UidSet.of([uid]), { condstore }))
    came ||= items.some((item) => item.kind === 'message');
  return came;
}

function refused({ uid, reason, refusal }: Failure): Fetched {
  const message = `the server does not give the message: ${reason}`;
  const details = { reach: 'message', retry: 'later', layer: 'session' } as const;
  const remedy = 'Look at the message in webmail; it may be damaged on the server.';
  const error =
    refusal !== null && isTemporary(refusal)
      ? new TemporaryError(message, { ...details, remedy })
      : new RefusedError(message, { ...details, remedy });
  return { kind: 'refused', uid, error };
}

function folderTrouble(path: string, suspects: readonly Failure[]): PosthornError {
  const refusal = suspects.findLast((each) => each.refusal !== null)?.refusal ?? null;
  const told = refusal === null ? ': it answers with nothing' : said(refusal);
  // Gmail means what was fetched, not what is stored, and for up to a day.
  const wide = refusal !== null && (refusal.code === 'OVERQUOTA' || isAccountLimit(refusal));
  return new TemporaryError(`the server gives no messages of ${path} now${told}`, {
    reach: wide ? 'account' : 'folder',
    layer: 'session',
    remedy: 'It is tried again at the next sync; no message is given up for this.',
  });
}
