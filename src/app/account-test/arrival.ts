/** Looks for one message that was sent to the account itself: by Message-ID in inbox and spam (IMAP), among new UIDLs (POP3). */

import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { MaildropSession } from '../../ports/receiving/maildrop-source.ts';
import type { MessageBody } from '../../ports/receiving/message-body.ts';
import type { IncomingSession } from './incoming-session.ts';

/** What the mailbox was like before the message was sent, so that only what is new is looked at. */
export type Beforehand =
  | { readonly kind: 'folders'; readonly folders: readonly WatchedFolder[] }
  | { readonly kind: 'maildrop'; readonly ids: ReadonlySet<string> };

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

export async function beforehand(session: IncomingSession): Promise<Beforehand> {
  if (session.kind === 'mailbox')
    return { kind: 'folders', folders: await watched(session.mailbox) };
  const { mail } = await session.maildrop.list();
  return { kind: 'maildrop', ids: new Set(mail.map(({ id }) => id)) };
}

async function watched(session: MailboxSession): Promise<WatchedFolder[]> {
  const found: WatchedFolder[] = [];
  for (const { path, role, selectable } of (await session.folders()).folders)
    if (selectable && (role === 'inbox' || role === 'spam'))
      found.push({ path, isSpam: role === 'spam', uidNext: await session.uidNext(path) });
  return found;
}

/** Null: not there yet. */
export async function arrivalOf(
  messageId: string,
  before: Beforehand,
  session: IncomingSession,
): Promise<Arrival | null> {
  if (before.kind === 'maildrop' && session.kind === 'maildrop')
    return await inMaildrop(messageId, before.ids, session.maildrop);
  return before.kind === 'folders' && session.kind === 'mailbox'
    ? await inFolders(messageId, before.folders, session.mailbox)
    : null;
}

async function inFolders(
  messageId: string,
  folders: readonly WatchedFolder[],
  session: MailboxSession,
): Promise<Arrival | null> {
  for (const { path, isSpam, uidNext } of folders) {
    const uids = await session.findByMessageId(path, messageId, uidNext);
    if (uids.length > 0) return { folder: path, isSpam };
  }
  return null;
}

async function inMaildrop(
  messageId: string,
  known: ReadonlySet<string>,
  session: MaildropSession,
): Promise<Arrival | null> {
  const { mail } = await session.list();
  const fresh = mail.filter(({ id, size }) => !known.has(id) && (size ?? 0) <= largest);
  for await (const batch of session.retrieve(fresh))
    for (const each of batch)
      // Our own id, made a moment ago: nobody else has it.
      if (each.kind === 'message' && (await octetsOf(each.body)).includes(messageId))
        return { folder: 'INBOX', isSpam: false };
  return null;
}

async function octetsOf(body: MessageBody): Promise<Buffer> {
  if (body.kind === 'whole') return Buffer.concat(body.octets);
  const octets: Buffer[] = [];
  for await (const part of body.chunks) octets.push(part);
  return Buffer.concat(octets);
}
