/** Looks for one message that was sent to the account itself: by Message-ID in inbox and spam (IMAP), among new UIDLs (POP3). */

import type { RemoteFolder, RemoteId, RemoteMessage } from '../../core/sync/message.ts';
import { canFile, type FilingSession, type MailboxSession } from '../../ports/mailbox-source.ts';

/** What the mailbox was like before the message was sent, so that only what is new is looked at. */
export type Beforehand =
  | { readonly kind: 'folders'; readonly folders: readonly WatchedFolder[] }
  | { readonly kind: 'maildrop'; readonly ids: ReadonlySet<RemoteId> };

interface WatchedFolder {
  readonly path: string;
  readonly isSpam: boolean;
  readonly uidNext: number;
}

export interface Arrival {
  readonly folder: string;
  readonly isSpam: boolean;
}

/** Ours has some hundred octets, and servers add their header fields; larger ones need not be looked at. */
const largest = 64 * 1024;

export async function beforehand(session: MailboxSession): Promise<Beforehand> {
  const folders = await session.folders();
  if (canFile(session)) return { kind: 'folders', folders: await watched(session, folders) };
  const ids = new Set<RemoteId>();
  await opened(session, folders);
  for await (const page of session.list(0)) for (const { id } of page) ids.add(id);
  return { kind: 'maildrop', ids };
}

async function watched(
  session: FilingSession,
  folders: readonly RemoteFolder[],
): Promise<WatchedFolder[]> {
  const found: WatchedFolder[] = [];
  for (const { path, role, selectable } of folders)
    if (selectable && (role === 'inbox' || role === 'spam'))
      found.push({ path, isSpam: role === 'spam', uidNext: await session.uidNext(path) });
  return found;
}

/** Null: not there yet. */
export async function arrivalOf(
  messageId: string,
  before: Beforehand,
  session: MailboxSession,
): Promise<Arrival | null> {
  if (before.kind === 'maildrop') return await inMaildrop(messageId, before.ids, session);
  return canFile(session) ? await inFolders(messageId, before.folders, session) : null;
}

async function inFolders(
  messageId: string,
  folders: readonly WatchedFolder[],
  session: FilingSession,
): Promise<Arrival | null> {
  for (const { path, isSpam, uidNext } of folders) {
    const uids = await session.findByMessageId(path, messageId, uidNext);
    if (uids.length > 0) return { folder: path, isSpam };
  }
  return null;
}

async function inMaildrop(
  messageId: string,
  known: ReadonlySet<RemoteId>,
  session: MailboxSession,
): Promise<Arrival | null> {
  await opened(session, await session.folders());
  const fresh: RemoteMessage[] = [];
  for await (const page of session.list(0))
    fresh.push(...page.filter(({ id, size }) => !known.has(id) && (size ?? 0) <= largest));
  for await (const { body } of session.fetch(fresh)) {
    const octets: Buffer[] = [];
    for await (const part of body) octets.push(part);
    // Our own id, made a moment ago: nobody else has it.
    if (Buffer.concat(octets).includes(messageId)) return { folder: 'INBOX', isSpam: false };
  }
  return null;
}

/** POP3 has one folder. */
async function opened(session: MailboxSession, [inbox]: readonly RemoteFolder[]): Promise<void> {
  if (inbox !== undefined) await session.open(inbox);
}
