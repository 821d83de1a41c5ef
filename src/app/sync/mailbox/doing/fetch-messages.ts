/** IMAP: carries out fetches – ranges of new messages, and single ones that were in trouble before. */

import type { AgreedFolder } from '../../../../core/sync/agreed.ts';
import {
  foldPart,
  foldRange,
  foldRetry,
  type FetchedPart,
  type RangeEnd,
} from '../../../../core/sync/fold.ts';
import type { Operation } from '../../../../core/sync/plan/operation.ts';
import type { SelectedStatus } from '../../../../core/sync/remote.ts';
import { highestUid, UidSet } from '../../../../core/sync/uid-set.ts';
import { Watermark } from '../../../../core/sync/watermark.ts';
import { TemporaryError } from '../../../../errors.ts';
import type { OpenFolder } from '../../../../ports/receiving/mailbox-source.ts';
import { commit } from '../../account-run.ts';
import { blamed } from '../../lost-message.ts';
import {
  deliver,
  formerMessages,
  reaching,
  refusal,
  refusedUid,
  uidsOf,
  type Changes,
  type Fetching,
  type FetchTarget,
} from './deliver-messages.ts';

type Retry = Extract<Operation, { kind: 'fetch' }>;
type Range = Extract<Operation, { kind: 'fetch-range' }>;

/** Everything from the UID on that is not here. What was whole is kept where it throws. */
export async function fetchRange(target: FetchTarget, { from }: Range): Promise<Fetching> {
  const { folder, folders, report } = target;
  const open = await folders.reading(folder.path);
  requireNumbering(folder, open);
  const { uidNext } = open.status;
  const listing = await open.uids(from);
  // What came since the folder was opened is the next poll's; a UID out of all bounds would settle the folder for ever.
  const listed = listing.uids.within(from, (uidNext ?? highestUid + 1) - 1);
  const known = await knownFrom(target, from);
  const wanted = await notHere(target, listed, known);
  report.ahead.toFetch = wanted.size;
  const watermark = new Watermark(from - 1, wanted);
  const fold = (part: FetchedPart): Changes => {
    watermark.finish(uidsOf(part));
    return foldPart(folder.path, part, listing.complete ? watermark.mark : folder.settledUid);
  };
  const { loss, durable } = await deliver(target, open, wanted, fold);
  if (loss !== null) {
    if (loss.whose === 'message') await commit(target.run, fold(refusal(loss)), 'durable');
    throw reaching(loss);
  }
  // A listing that leaves something out proves of nothing that it is not there.
  if (!listing.complete) return { durable: durable.then(() => null) };
  const isBegun = from === 1 && known.isEmpty;
  return { durable: durable.then(() => endRange(target, open.status, listed, isBegun)) };
}

async function endRange(
  target: FetchTarget,
  told: SelectedStatus,
  listed: UidSet,
  isBegun: boolean,
): Promise<RangeEnd> {
  const { uidNext, exists, highestModSeq } = told;
  const end = { uidNext, exists, highestModSeq, lastListed: listed.last ?? 0 };
  await commit(target.run, foldRange(target.folder, end, isBegun), 'relaxed');
  await dropFormer(target);
  return end;
}

/** Once all were met again: one that was not is here alone, and no news. */
async function dropFormer(target: FetchTarget): Promise<void> {
  const { run, folder } = target;
  const { accountId, neighbours } = run;
  if ((await neighbours.state.former(accountId, folder.path)).length === 0) return;
  if ((await formerMessages(target)).size > 0) return;
  await commit(run, [{ kind: 'former-dropped', path: folder.path }], 'relaxed');
}

/** Messages that could not be fetched at earlier polls; where the connection is lost again, the others have a new one. */
export async function fetchAgain(target: FetchTarget, operations: readonly Retry[]): Promise<void> {
  const { folder, folders } = target;
  const open = await folders.reading(folder.path);
  const retries = new Map(operations.map((operation) => [operation.uid, operation]));
  const fold = (part: FetchedPart): Changes =>
    [...retries.values()].flatMap((retry) => foldRetry(retry, only(part, retry.uid)));
  for (
    let session = open, rest = UidSet.of(retries.keys());
    ;
    session = await folders.afresh(folder.path)
  ) {
    requireNumbering(folder, session);
    const { loss, durable } = await deliver(target, session, rest, fold);
    await durable;
    if (loss === null) return;
    if (loss.whose !== 'message') throw reaching(loss);
    await commit(target.run, fold(refusal(loss)), 'durable');
    target.report.failed.push({ id: String(loss.at), error: blamed(loss) });
    rest = loss.left;
    if (rest.isEmpty) return;
  }
}

function only({ arrived, refused, vanished, leftOut }: FetchedPart, wanted: number): FetchedPart {
  return {
    arrived: arrived.filter(({ facts }) => facts.uid === wanted),
    refused: refused.filter(({ uid }) => uid === wanted),
    vanished: vanished.filter((uid) => uid === wanted),
    leftOut: leftOut.filter((uid) => uid === wanted),
  };
}

function requireNumbering({ uidValidity }: AgreedFolder, { status }: OpenFolder): void {
  if (status.uidValidity === uidValidity) return;
  throw new TemporaryError('the server numbered the folder anew while it was synced', {
    reach: 'folder',
    remedy: 'The next sync tells what became of it.',
  });
}

async function knownFrom({ run, folder }: FetchTarget, from: number): Promise<UidSet> {
  return await run.neighbours.state.agreedUids(run.accountId, folder.path, from);
}

/** After a kill some of the range is durable already, since batches end out of order; what is in trouble has its own plan. */
async function notHere(
  { run, folder }: FetchTarget,
  listed: UidSet,
  agreed: UidSet,
): Promise<UidSet> {
  if (listed.isEmpty) return listed;
  const { state } = run.neighbours;
  const troubles = await state.troubles(run.accountId, folder.path);
  return listed.without(agreed).without(UidSet.of(troubles.flatMap(refusedUid)));
}
