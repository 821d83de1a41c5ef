/** Brings one folder up to date: gathers both sides, asks the planner, transfers what it says. */

import type { Account } from '../core/account.ts';
import { localPath } from '../core/folder-name.ts';
import type {
  FolderStatus,
  KnownFolder,
  KnownMessage,
  RemoteFolder,
  RemoteMessage,
} from '../core/message.ts';
import type { FetchOperation } from '../core/operation.ts';
import { planImapPage, planRetries, type RetryPolicy } from '../core/plan-imap.ts';
import { planDeletions, planPop3 } from '../core/plan-pop3.ts';
import type { Settings } from '../core/settings.ts';
import { Watermark } from '../core/watermark.ts';
import { RefusedError, TemporaryError } from '../errors.ts';
import type { MailTree } from '../ports/mail-store.ts';
import { canRemove, type MailboxSession } from '../ports/mailbox-source.ts';
import type { StateChange } from '../ports/state-store.ts';
import type { Neighbours } from './neighbours.ts';
import type { FolderReport } from './report.ts';
import { transfer, type TransferTarget } from './transfer.ts';

/** What stays the same for all folders of one run. */
export interface FolderRun {
  readonly account: Account;
  readonly accountId: string;
  readonly settings: Settings;
  readonly session: MailboxSession;
  /** Called where the session is fit for close() alone from now on. */
  readonly onBrokenOff: () => void;
  readonly tree: MailTree;
  readonly neighbours: Pick<Neighbours, 'state' | 'clock'>;
  readonly retry: RetryPolicy;
  readonly progress: (report: FolderReport) => void;
}

/** Syncs one folder; what it did stands in `report`, also when it throws. `known` is what the state held of it. */
export async function syncFolder(
  run: FolderRun,
  remote: RemoteFolder,
  known: KnownFolder | undefined,
  report: FolderReport,
): Promise<void> {
  const status = await run.session.open(remote);
  const isMaildrop = run.account.type === 'pop3';
  const uidValidity = isMaildrop ? maildropOf(run.account) : status.uidValidity;
  const folder = known ?? newFolder(run, remote, uidValidity);
  if (!isMaildrop) refuseNewUidValidity(folder, uidValidity);
  await run.tree.ensureFolder(folder.localPath);
  if (known === undefined) await remember(run, folder);
  if (isMaildrop) await syncMaildrop(run, await moved(run, folder, uidValidity), report);
  else await syncImapFolder(run, folder, status, report);
}

function newFolder(run: FolderRun, remote: RemoteFolder, uidValidity: string): KnownFolder {
  return {
    path: remote.path,
    localPath: localPath(remote.segments, run.settings.layout),
    role: remote.role,
    uidValidity,
    settledUid: 0,
  };
}

function maildropOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

/**
 * The account was given another server or user: a UIDL of the one may be another message's at the other. All that is known
 * counts as absent, so that what is listed is fetched and compared by content, before anything is deleted.
 */
async function moved(run: FolderRun, folder: KnownFolder, maildrop: string): Promise<KnownFolder> {
  if (folder.uidValidity === maildrop) return folder;
  const known = await knownMessages(run, folder, -1);
  await markAbsent(run, folder, known, [...known.values()].filter(isStored));
  const renewed = { ...folder, uidValidity: maildrop };
  await remember(run, renewed);
  return renewed;
}

function isStored({ status }: KnownMessage): boolean {
  return status === 'stored';
}

/** RFC 9051 2.3.1.1: with a new UIDVALIDITY the UIDs that we know mean nothing. */
function refuseNewUidValidity(folder: KnownFolder, uidValidity: string): void {
  if (folder.uidValidity === uidValidity) return;
  throw new TemporaryError(
    `the server has numbered the folder anew (UIDVALIDITY ${folder.uidValidity} is now ${uidValidity})`,
    {
      reach: 'folder',
      remedy:
        'Nothing was fetched or deleted in it. If the server was restored, it may come back by itself.',
    },
  );
}

async function remember({ neighbours, accountId }: FolderRun, folder: KnownFolder): Promise<void> {
  await neighbours.state.commit([{ kind: 'folder', accountId, folder }], 'durable');
}

async function syncImapFolder(
  run: FolderRun,
  folder: KnownFolder,
  status: FolderStatus,
  report: FolderReport,
): Promise<void> {
  const { state } = run.neighbours;
  const watermark = new Watermark(folder.settledUid);
  const target = transferTarget(run, folder, watermark, report);
  const retries = planRetries(await state.quarantined(run.accountId, folder.path), run.retry);
  await transfer(run.session, retries, target);
  if (status.exists === 0 || hasNothingAbove(folder, status)) return;
  await fetchAbove(run, folder, status, target, watermark);
  if (watermark.mark > folder.settledUid)
    await remember(run, { ...folder, settledUid: watermark.mark });
}

function hasNothingAbove(folder: KnownFolder, status: FolderStatus): boolean {
  return status.uidNext !== null && folder.settledUid >= status.uidNext - 1;
}

async function fetchAbove(
  run: FolderRun,
  folder: KnownFolder,
  status: FolderStatus,
  target: TransferTarget,
  watermark: Watermark,
): Promise<void> {
  const known = await knownMessages(run, folder, folder.settledUid);
  for await (const listed of run.session.list(folder.settledUid)) {
    // What came since the folder was opened is the next poll's; a UID out of all bounds would settle the folder for ever.
    const page = listed.filter(({ id }) => Number(id) < (status.uidNext ?? Infinity));
    for (const { id } of page) watermark.expect(Number(id));
    const operations = planImapPage(page, known);
    finishUnplanned(page, operations, watermark);
    await transfer(run.session, operations, target);
  }
}

function finishUnplanned(
  page: readonly RemoteMessage[],
  operations: readonly FetchOperation[],
  watermark: Watermark,
): void {
  const planned = new Set(operations.map(({ message }) => message.id));
  for (const { id } of page) if (!planned.has(id)) watermark.finish(Number(id));
}

async function syncMaildrop(
  run: FolderRun,
  folder: KnownFolder,
  report: FolderReport,
): Promise<void> {
  const listing: RemoteMessage[] = [];
  for await (const page of run.session.list(0)) listing.push(...page);
  const known = await knownMessages(run, folder, -1);
  const operations = planPop3(listing, known, run.retry);
  await markAbsent(
    run,
    folder,
    known,
    operations.filter((each) => each.kind === 'mark-absent'),
  );
  const fetches = operations.filter((each) => each.kind === 'fetch');
  await transfer(run.session, fetches, transferTarget(run, folder, null, report));
  await removeStored(run, folder, listing, report);
}

async function markAbsent(
  { neighbours, accountId }: FolderRun,
  folder: KnownFolder,
  known: ReadonlyMap<string, KnownMessage>,
  gone: readonly { id: string }[],
): Promise<void> {
  const changes = gone.flatMap(({ id }): StateChange[] => {
    const message = known.get(id);
    if (message === undefined) return [];
    const absent = { ...message, status: 'absent' as const };
    return [{ kind: 'message', accountId, folder: folder.path, message: absent }];
  });
  if (changes.length > 0) await neighbours.state.commit(changes, 'durable');
}

/**
 * Deletes only what the state holds durably by now. It is absent before the first DELE: where the answer to QUIT never comes,
 * nobody knows what the server still has, and a bad one gives the ids anew. What it lists again is compared by content.
 */
async function removeStored(
  run: FolderRun,
  folder: KnownFolder,
  listing: readonly RemoteMessage[],
  report: FolderReport,
): Promise<void> {
  const leave = run.account.incoming?.leaveOnServer ?? true;
  if (leave === true) return;
  const known = await knownMessages(run, folder, -1);
  const deletions = planDeletions(listing, known, leave, run.neighbours.clock.now());
  if (deletions.length === 0) return;
  if (!canRemove(run.session))
    throw new RefusedError('this server cannot delete messages on its side', { reach: 'folder' });
  const messages = deletions.map(({ message }) => message);
  await markAbsent(run, folder, known, messages);
  const removed = new Set(await run.session.remove(messages));
  report.deleted += removed.size;
  await keepStored(
    run,
    folder,
    messages.flatMap(({ id }) => (removed.has(id) ? [] : (known.get(id) ?? []))),
  );
}

/** What the server refused to delete, in a session that it ended in order, is as it was. */
async function keepStored(
  { neighbours, accountId }: FolderRun,
  folder: KnownFolder,
  kept: readonly KnownMessage[],
): Promise<void> {
  const changes = kept.map((message): StateChange => ({
    kind: 'message',
    accountId,
    folder: folder.path,
    message,
  }));
  if (changes.length > 0) await neighbours.state.commit(changes, 'durable');
}

async function knownMessages(
  { neighbours, accountId }: FolderRun,
  folder: KnownFolder,
  aboveUid: number,
): Promise<Map<string, KnownMessage>> {
  const known = new Map<string, KnownMessage>();
  for await (const page of neighbours.state.messages(accountId, folder.path, aboveUid))
    for (const message of page) known.set(message.id, message);
  return known;
}

function transferTarget(
  { accountId, tree, neighbours, onBrokenOff, progress }: FolderRun,
  folder: KnownFolder,
  watermark: Watermark | null,
  report: FolderReport,
): TransferTarget {
  const { state, clock } = neighbours;
  return { accountId, tree, state, clock, folder, watermark, report, onBrokenOff, progress };
}
