/** IMAP: carries out fetches – ranges of new messages, and single ones that were in trouble before. */

import type { AgreedFolder, FormerMessage, Trouble } from '../../../core/sync/agreed.ts';
import {
  foldPart,
  foldRange,
  foldRetry,
  isShort,
  shortText,
  type FetchedPart,
} from '../../../core/sync/fold.ts';
import type { Operation } from '../../../core/sync/operation.ts';
import type { MessageFacts, SelectedStatus } from '../../../core/sync/remote.ts';
import { highestUid, UidSet } from '../../../core/sync/uid-set.ts';
import { Watermark } from '../../../core/sync/watermark.ts';
import { asPosthornError, TemporaryError, type PosthornError } from '../../../errors.ts';
import type {
  Fetched,
  MailboxSession,
  OpenFolder,
} from '../../../ports/receiving/mailbox-source.ts';
import type { Staged } from '../../../ports/receiving/mail-store.ts';
import { commit, type AccountRun } from '../account-run.ts';
import { DeliveryQueue, type Arrived, type Arriving, type Batch } from '../delivery-queue.ts';
import { blamed, lossOf, type Loss } from '../lost-message.ts';
import type { ReconnectingSession } from '../reconnecting-session.ts';
import type { FolderReport } from '../report.ts';
import { whoseTrouble } from './whose-trouble.ts';

type Retry = Extract<Operation, { kind: 'fetch' }>;
type Missing = Exclude<Fetched, { kind: 'message' }>;
type FetchedBatch = Batch<MessageFacts, Missing>;

/** One folder, while its fetches are carried out. */
export interface FetchTarget {
  readonly run: AccountRun;
  readonly sessions: ReconnectingSession<MailboxSession>;
  readonly folder: AgreedFolder;
  readonly report: FolderReport;
  /** Nothing is written before the folder in front of it is durable; rejects where the account stops there. */
  readonly ready: Promise<void>;
  /** Paths of the account's other folders that hold messages. */
  readonly beside: readonly string[];
}

/** The connection is free again; `durable` resolves once all that came is on disk and remembered, and rejects where it can't be. */
export interface Fetching {
  readonly durable: Promise<void>;
}

/** Everything from the UID on that is not here. What was whole is kept where it throws. */
export async function fetchRange(
  target: FetchTarget,
  open: OpenFolder,
  from: number,
): Promise<Fetching> {
  const { run, folder } = target;
  requireNumbering(folder, open);
  const { uidNext } = open.status;
  const listing = await open.uids(from);
  // What came since the folder was opened is the next poll's; a UID out of all bounds would settle the folder for ever.
  const listed = listing.uids.within(from, (uidNext ?? highestUid + 1) - 1);
  const wanted = await notHere(target, listed, from);
  const watermark = new Watermark(from - 1, wanted);
  const fold = (part: FetchedPart): Changes => {
    watermark.finish(uidsOf(part));
    return foldPart(folder.path, part, listing.complete ? watermark.mark : folder.settledUid);
  };
  const { loss, durable } = await deliver(target, open, wanted, fold);
  if (loss !== null) {
    if (loss.whose === 'message') await commit(run, fold(refusal(loss)), 'durable');
    throw reaching(loss);
  }
  // A listing that leaves something out proves of nothing that it is not there.
  if (!listing.complete) return { durable };
  return { durable: durable.then(() => endRange(target, open.status, listed)) };
}

async function endRange(target: FetchTarget, told: SelectedStatus, listed: UidSet): Promise<void> {
  const { uidNext, exists, highestModSeq } = told;
  const end = { uidNext, exists, highestModSeq, lastListed: listed.last ?? 0 };
  await commit(target.run, foldRange(target.folder, end), 'relaxed');
  await dropFormer(target);
}

/** Not while a message is in trouble: it may be one of those that are here, and would come a second time. */
async function dropFormer({ run, folder: { path } }: FetchTarget): Promise<void> {
  const { accountId, neighbours } = run;
  if ((await neighbours.state.former(accountId, path)).length === 0) return;
  const troubles = await neighbours.state.troubles(accountId, path);
  if (troubles.flatMap(refusedUid).length > 0) return;
  await commit(run, [{ kind: 'former-dropped', path }], 'relaxed');
}

/** Messages that could not be fetched at earlier polls; where the connection is lost again, the others have a new one. */
export async function fetchAgain(
  target: FetchTarget,
  open: OpenFolder,
  operations: readonly Retry[],
): Promise<void> {
  const retries = new Map(operations.map((operation) => [operation.uid, operation]));
  const fold = (part: FetchedPart): Changes =>
    [...retries.values()].flatMap((retry) => foldRetry(retry, only(part, retry.uid)));
  for (let session = open, rest = UidSet.of(retries.keys()); ; session = await reopened(target)) {
    requireNumbering(target.folder, session);
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

function only({ arrived, refused, vanished }: FetchedPart, wanted: number): FetchedPart {
  return {
    arrived: arrived.filter(({ facts }) => facts.uid === wanted),
    refused: refused.filter(({ uid }) => uid === wanted),
    vanished: vanished.filter((uid) => uid === wanted),
  };
}

function requireNumbering({ uidValidity }: AgreedFolder, { status }: OpenFolder): void {
  if (status.uidValidity === uidValidity) return;
  throw new TemporaryError('the server numbered the folder anew while it was synced', {
    reach: 'folder',
    remedy: 'The next sync tells what became of it.',
  });
}

/** After a kill some of the range is durable already, since batches end out of order; what is in trouble has its own plan. */
async function notHere(
  { run, folder }: FetchTarget,
  listed: UidSet,
  from: number,
): Promise<UidSet> {
  if (listed.isEmpty) return listed;
  const { state } = run.neighbours;
  const agreed = await state.agreedUids(run.accountId, folder.path, from);
  const troubles = await state.troubles(run.accountId, folder.path);
  return listed.without(agreed).without(UidSet.of(troubles.flatMap(refusedUid)));
}

function refusedUid({ kind, id }: Trouble): number[] {
  return kind === 'refused' ? [Number(id)] : [];
}

type Changes = Parameters<typeof commit>[1];

interface FolderLoss extends Loss<number> {
  /** What is still to be asked for beside it. */
  readonly left: UidSet;
  readonly whose: 'message' | 'folder' | 'account';
}

/** A folder of which nothing comes, while others do, stops itself alone; all else may be the network's. */
function reaching({ whose, at, error }: FolderLoss): PosthornError {
  if (whose !== 'folder') return error;
  return new TemporaryError(
    `the connection is lost at message ${String(at)}, and at others of the folder: ${error.message}`,
    {
      ...{ reach: 'folder', layer: 'session', cause: error },
      remedy: 'Look at the folder in webmail; it may be damaged on the server.',
    },
  );
}

/** Where something was lost, all that came is durable already. */
interface Delivered extends Fetching {
  readonly loss: FolderLoss | null;
}

const done = Promise.resolve();

/** What was whole is kept also where the connection is lost, or where it throws. */
async function deliver(
  target: FetchTarget,
  open: OpenFolder,
  uids: UidSet,
  fold: (part: FetchedPart) => Changes,
): Promise<Delivered> {
  if (uids.isEmpty) return { loss: null, durable: done };
  let left = uids;
  const came = { any: false };
  try {
    const { durable } = await deliverWhole(target, open, uids, (part) => {
      left = left.without(UidSet.of(uidsOf(part)));
      came.any ||= part.arrived.length > 0;
      return fold(part);
    });
    return { loss: null, durable };
  } catch (thrown) {
    const loss = lossOf(target.run, target.sessions.spent, thrown, left.first);
    if (loss === null) throw thrown;
    left = left.without(UidSet.of([loss.at]));
    const whose = came.any ? 'message' : await blameFor(target, loss);
    return { loss: { ...loss, left, whose }, durable: done };
  }
}

async function blameFor(target: FetchTarget, loss: Loss<number>): Promise<FolderLoss['whose']> {
  const { run, folder, sessions, beside } = target;
  const troubles = await run.neighbours.state.troubles(run.accountId, folder.path);
  const bad = UidSet.of([loss.at, ...troubles.flatMap(refusedUid)]);
  return await whoseTrouble({ sessions, path: folder.path, bad, beside }, loss);
}

async function deliverWhole(
  target: FetchTarget,
  open: OpenFolder,
  uids: UidSet,
  fold: (part: FetchedPart) => Changes,
): Promise<Fetching> {
  const { run, folder, report } = target;
  const former = await formerMessages(target);
  const queue = new DeliveryQueue<MessageFacts, Missing>({
    tree: run.tree,
    localPath: folder.localPath,
    knownName: (_, { wireSha256 }) => former.get(wireSha256)?.pop()?.name ?? null,
    remember: async (batch) => {
      const now = run.neighbours.clock.now();
      await commit(run, fold(fetchedPart(batch, now)), 'durable');
      count(report, batch);
      run.progress(report);
    },
  });
  try {
    for await (const batch of open.fetch(uids)) {
      await target.ready;
      await queue.add(
        batch.flatMap((each) => arriving(target, each)),
        batch.filter(isMissing),
      );
    }
  } catch (thrown) {
    await queue.finish();
    throw thrown;
  }
  return { durable: queue.finish() };
}

async function reopened({ sessions, folder }: FetchTarget): Promise<OpenFolder> {
  return await (await sessions.current()).select(folder.path);
}

function refusal(loss: Loss<number>): FetchedPart {
  return {
    arrived: [],
    refused: [{ uid: loss.at, reason: blamed(loss).message }],
    vanished: [],
  };
}

function isMissing(fetched: Fetched): fetched is Missing {
  return fetched.kind !== 'message';
}

function arriving({ run, folder }: FetchTarget, fetched: Fetched): Arriving<MessageFacts>[] {
  if (fetched.kind !== 'message') return [];
  const { facts, body } = fetched;
  const { flags, internalDate, uid } = facts;
  const key = [run.accountId, folder.path, folder.uidValidity, String(uid)].join('\0');
  return [{ message: facts, delivery: { key, flags, internalDate, body } }];
}

/** By the hash of what came over the wire; those that were met again before an earlier run ended are not there any more. */
async function formerMessages({ run, folder }: FetchTarget): Promise<Map<string, FormerMessage[]>> {
  const { state } = run.neighbours;
  const former = new Map<string, FormerMessage[]>();
  const messages = await state.former(run.accountId, folder.path);
  if (messages.length === 0) return former;
  const met = new Set((await state.agreed(run.accountId, folder.path)).name);
  for (const message of messages.filter(({ name }) => !met.has(name)))
    former.set(message.wireSha256, [...(former.get(message.wireSha256) ?? []), message]);
  return former;
}

function fetchedPart({ arrived, failed, others }: FetchedBatch, now: number): FetchedPart {
  const refusals = others.flatMap((each) => (each.kind === 'refused' ? [each] : []));
  return {
    arrived: arrived.map(({ message, staged, name }) => {
      const { wireSize, wireSha256, messageIdHash } = staged as Staged;
      return { facts: message, name, wireSize, wireSha256, messageIdHash, storedAt: now };
    }),
    refused: [
      ...refusals.map(({ uid, error }) => ({ uid, reason: error.message })),
      ...failed.map(({ message, error }) => ({ uid: message.uid, reason: error.message })),
    ],
    vanished: others.flatMap((each) => (each.kind === 'vanished' ? [each.uid] : [])),
  };
}

function* uidsOf({ arrived, refused, vanished }: FetchedPart): Generator<number> {
  for (const { facts } of arrived) yield facts.uid;
  for (const { uid } of refused) yield uid;
  yield* vanished;
}

function count(report: FolderReport, { arrived, failed, others }: FetchedBatch): void {
  for (const each of arrived) countArrived(report, each);
  for (const { message, error } of failed) report.failed.push({ id: String(message.uid), error });
  for (const each of others)
    if (each.kind === 'refused')
      report.failed.push({ id: String(each.uid), error: asPosthornError(each.error) });
}

function countArrived(report: FolderReport, arrived: Arrived<MessageFacts>): void {
  const { message, staged, name, outcome, collided } = arrived;
  const { wireSize } = staged;
  if (isShort({ facts: message, wireSize })) report.notes.push(shortNote(message, wireSize));
  if (outcome === 'known') report.known += 1;
  if (outcome === 'known') return;
  report.fetched += 1;
  report.octets += wireSize;
  if (outcome === 'adopted') report.adopted += 1;
  if (collided) report.collided.push(name);
}

function shortNote({ uid, size }: MessageFacts, wireSize: number): string {
  const what = shortText(size ?? 0, wireSize);
  return `message ${String(uid)}: ${what}; \`posthorn sync --full\` fetches it again`;
}
