/** Carries fetched messages to the Maildir and into the state; where the line is lost, it tells whose trouble that is. */

import type { AgreedFolder, FormerMessage, Trouble } from '../../../../core/sync/agreed.ts';
import {
  isShort,
  shortText,
  type ArrivedMessage,
  type FetchedPart,
  type RangeEnd,
} from '../../../../core/sync/fold.ts';
import type { NamesByContent } from '../../../../core/sync/plan/operation.ts';
import type { MessageFacts } from '../../../../core/sync/remote.ts';
import { UidSet } from '../../../../core/sync/uid-set.ts';
import { asPosthornError, TemporaryError, type PosthornError } from '../../../../errors.ts';
import type { OpenFolder } from '../../../../ports/receiving/mailbox-source.ts';
import type { Staged } from '../../../../ports/receiving/mail-store.ts';
import { commit, type AccountRun } from '../../account-run.ts';
import { DeliveryQueue, type Arrived, type Arriving, type Batch } from '../../delivery-queue.ts';
import { blamed, lossOf, type Loss } from '../../lost-message.ts';
import type { FolderReport } from '../../report.ts';
import { fetchWithin, type Limits, type Taken } from './fetch-within.ts';
import { lettersFor } from './store-flags.ts';
import type { OpenFolders } from '../open-folders.ts';
import { whoseTrouble } from './whose-trouble.ts';

type Missing = Exclude<Taken, { kind: 'message' | 'placeholder' }>;

/** Something that is to stand here for a message of the server. */
interface Coming {
  readonly facts: MessageFacts;
  readonly status: ArrivedMessage['status'];
}

type FetchedBatch = Batch<Coming, Missing>;

/** One folder, while its fetches are carried out. */
export interface FetchTarget {
  readonly run: AccountRun;
  readonly folders: OpenFolders;
  readonly folder: AgreedFolder;
  readonly report: FolderReport;
  /** Nothing is written before the folder in front of it is durable; rejects where the account stops there. */
  readonly ready: Promise<void>;
  /** Paths of the account's other folders that hold messages. */
  readonly beside: readonly string[];
  /** New files: a message that is one of them is not delivered again. */
  readonly mayBeHere: NamesByContent;
  readonly limits: Limits;
}

/**
 * The connection is free again; `durable` resolves once all that came is on disk and remembered, and rejects where it can't be: what
 * the server said of the folder, or null where its listing was not complete.
 */
export interface Fetching {
  readonly durable: Promise<RangeEnd | null>;
}

export function refusedUid({ kind, id }: Trouble): number[] {
  return kind === 'refused' ? [Number(id)] : [];
}

export type Changes = Parameters<typeof commit>[1];

export interface FolderLoss extends Loss<number> {
  /** What is still to be asked for beside it. */
  readonly left: UidSet;
  readonly whose: 'message' | 'folder' | 'account';
}

/** A folder of which nothing comes, while others do, stops itself alone; all else may be the network's. */
export function reaching({ whose, at, error }: FolderLoss): PosthornError {
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
export interface Delivered {
  readonly durable: Promise<void>;
  readonly loss: FolderLoss | null;
}

const done = Promise.resolve();

/** What was whole is kept also where the connection is lost, or where it throws. */
export async function deliver(
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
    const loss = lossOf(target.run, target.folders.spent, thrown, left.first);
    if (loss === null) throw thrown;
    left = left.without(UidSet.of([loss.at]));
    const whose = came.any ? 'message' : await blameFor(target, loss);
    return { loss: { ...loss, left, whose }, durable: done };
  }
}

async function blameFor(target: FetchTarget, loss: Loss<number>): Promise<FolderLoss['whose']> {
  const { run, folder, folders, beside } = target;
  const troubles = await run.neighbours.state.troubles(run.accountId, folder.path);
  const bad = UidSet.of([loss.at, ...troubles.flatMap(refusedUid)]);
  return await whoseTrouble({ folders, path: folder.path, bad, beside }, loss);
}

async function deliverWhole(
  target: FetchTarget,
  open: OpenFolder,
  uids: UidSet,
  fold: (part: FetchedPart) => Changes,
): Promise<{ readonly durable: Promise<void> }> {
  const { run, folder, report, mayBeHere } = target;
  const former = await formerMessages(target);
  const here = new Map([...mayBeHere].map(([sha256, names]) => [sha256, [...names]]));
  const letters = await run.tree.keywordLetters(folder.localPath);
  const queue = new DeliveryQueue<Coming, Missing>({
    tree: run.tree,
    localPath: folder.localPath,
    knownName: (_, { wireSha256 }) =>
      former.get(wireSha256)?.pop()?.name ?? here.get(wireSha256)?.shift() ?? null,
    remember: async (batch) => {
      const now = run.neighbours.clock.now();
      await commit(run, fold(fetchedPart(batch, now)), 'durable');
      count(report, batch);
      arrivedDurably(report, batch);
      run.progress(report);
    },
  });
  try {
    for await (const batch of fetchWithin(open, uids, target.limits)) {
      await target.ready;
      const messages = batch.flatMap((each) => arriving(target, each, letters));
      comes(report, messages);
      await queue.add(messages, batch.filter(isMissing));
    }
  } catch (thrown) {
    await queue.finish();
    throw thrown;
  }
  return { durable: queue.finish() };
}

function comes({ ahead }: FolderReport, messages: readonly Arriving<Coming>[]): void {
  ahead.arriving += messages.length;
  for (const { message } of messages) ahead.octetsArriving += message.facts.size ?? 0;
}

function arrivedDurably({ ahead }: FolderReport, { arrived, failed }: FetchedBatch): void {
  ahead.arriving -= arrived.length + failed.length;
  for (const { message } of [...arrived, ...failed])
    ahead.octetsArriving -= message.facts.size ?? 0;
}

export function refusal(loss: Loss<number>): FetchedPart {
  return {
    arrived: [],
    refused: [{ uid: loss.at, reason: blamed(loss).message }],
    vanished: [],
    leftOut: [],
  };
}

function isMissing(taken: Taken): taken is Missing {
  return taken.kind !== 'message' && taken.kind !== 'placeholder';
}

function arriving(
  { run, folder }: FetchTarget,
  taken: Taken,
  names: ReadonlyMap<string, string> | null,
): Arriving<Coming>[] {
  if (isMissing(taken)) return [];
  const { facts } = taken;
  const { flags, internalDate, uid } = facts;
  const key = [run.accountId, folder.path, folder.uidValidity, String(uid)].join('\0');
  const letters = names === null ? '' : lettersFor(facts.keywords, names);
  const isWhole = taken.kind === 'message';
  const body = isWhole ? taken.body : ({ kind: 'whole', octets: [taken.octets] } as const);
  const status = isWhole ? 'both' : 'placeholder';
  return [{ message: { facts, status }, delivery: { key, flags, letters, internalDate, body } }];
}

/** By the hash of what came over the wire; those that were met again before an earlier run ended are not there any more. */
export async function formerMessages({
  run,
  folder,
}: FetchTarget): Promise<Map<string, FormerMessage[]>> {
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
      const { facts, status } = message;
      return { facts, name, wireSize, wireSha256, messageIdHash, storedAt: now, status };
    }),
    refused: [
      ...refusals.map(({ uid, error }) => ({ uid, reason: error.message })),
      ...failed.map(({ message, error }) => ({ uid: message.facts.uid, reason: error.message })),
    ],
    vanished: others.flatMap((each) => (each.kind === 'vanished' ? [each.uid] : [])),
    leftOut: others.flatMap((each) => (each.kind === 'left-out' ? [each.uid] : [])),
  };
}

export function* uidsOf({ arrived, refused, vanished, leftOut }: FetchedPart): Generator<number> {
  for (const { facts } of arrived) yield facts.uid;
  for (const { uid } of refused) yield uid;
  yield* vanished;
  yield* leftOut;
}

function count(report: FolderReport, { arrived, failed, others }: FetchedBatch): void {
  for (const each of arrived) countArrived(report, each);
  for (const { message, error } of failed)
    report.failed.push({ id: String(message.facts.uid), error });
  for (const each of others)
    if (each.kind === 'refused')
      report.failed.push({ id: String(each.uid), error: asPosthornError(each.error) });
}

function countArrived(report: FolderReport, arrived: Arrived<Coming>): void {
  const { message, staged, name, outcome, collided } = arrived;
  const { facts, status } = message;
  const { wireSize } = staged;
  if (isShort({ facts, wireSize, status })) report.notes.push(shortNote(facts, wireSize));
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
