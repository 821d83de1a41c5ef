/** POP3: compares the whole listing with what is known, fetches, and deletes on the server what the account says. */

import type { Account } from '../../core/account/account.ts';
import type { KnownFolder, KnownMessage, RemoteMessage } from '../../core/sync/message.ts';
import { planDeletions, planPop3 } from '../../core/maildrop/plan-pop3.ts';
import { RefusedError } from '../../errors.ts';
import { canRemove } from '../../ports/mailbox-source.ts';
import type { StateChange } from '../../ports/state-store.ts';
import { knownMessages, remember, transferTarget, type FolderRun } from './folder-run.ts';
import type { FolderReport } from './report.ts';
import { transfer } from './transfer.ts';

/** Whose UIDLs these are: they hold for no other server or user. */
export function maildropOf({ incoming }: Account): string {
  return `${incoming?.username ?? ''}@${incoming?.host.toLowerCase() ?? ''}`;
}

/** `maildrop` is what maildropOf says now, the folder's UIDVALIDITY what it said at the last sync. */
export async function syncMaildrop(
  run: FolderRun,
  before: KnownFolder,
  maildrop: string,
  report: FolderReport,
): Promise<void> {
  const folder = await moved(run, before, maildrop);
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
