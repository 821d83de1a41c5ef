/** Decides what a sync of a POP3 maildrop fetches, notes and deletes. */

import type { LeaveOnServer } from '../account/account.ts';
import type { Trouble } from '../sync/agreed.ts';
import { isTriedAgain, type RetryPolicy } from '../sync/plan/plan-folder.ts';
import {
  mailStatuses,
  type KnownMailColumns,
  type ListedMail,
  type MailStatus,
} from './maildrop.ts';

export type MaildropOperation =
  /** Fetch and deliver. `contentDecides`: the id is known, and may stand for another message. */
  | {
      readonly kind: 'fetch';
      readonly mail: ListedMail;
      /** Null where it was never in trouble. */
      readonly tries: number | null;
      readonly contentDecides: boolean;
    }
  /** It is listed again, and proven to be the message that is known. */
  | { readonly kind: 'note-return'; readonly ids: readonly string[] }
  /** The server no longer lists them; nothing happens on disk. */
  | { readonly kind: 'note-gone'; readonly ids: readonly string[] }
  /** Trouble of messages that are gone is over. */
  | { readonly kind: 'end-trouble'; readonly ids: readonly string[] };

interface Known {
  readonly status: MailStatus;
  readonly storedAt: number;
}

export type KnownById = ReadonlyMap<string, Known>;

export function knownById({ id, status, storedAt }: KnownMailColumns): KnownById {
  return new Map(
    id.map((each, at) => [
      each,
      { status: mailStatuses[status[at] ?? 0] ?? 'stored', storedAt: storedAt[at] ?? 0 },
    ]),
  );
}

/**
 * Listed under an id that was to be deleted, was gone, or was another server's: whether it is the message that is known, its
 * Message-ID tells, else its content.
 */
export function doubtful(listing: readonly ListedMail[], known: KnownById): ListedMail[] {
  return listing.filter(({ id }) => {
    const status = known.get(id)?.status;
    return status !== undefined && status !== 'stored';
  });
}

export interface MaildropView {
  readonly listing: readonly ListedMail[];
  /** Whether what is not listed is gone. */
  readonly complete: boolean;
  readonly known: KnownById;
  readonly troubles: readonly Trouble[];
  /** Of the doubtful ones: proven to be what is known under their ids. */
  readonly returned: ReadonlySet<string>;
}

/** Fetches first, in the listing's order, what was in trouble before behind the others: the server may hang up at it. What is deleted is planned afterwards, with what is known then. */
export function planMaildrop(
  view: MaildropView,
  policy: Pick<RetryPolicy, 'full' | 'maxTries'>,
): MaildropOperation[] {
  const { listing, known, returned } = view;
  const troubles = new Map(view.troubles.map((trouble) => [trouble.id, trouble]));
  const fresh: MaildropOperation[] = [];
  const again: MaildropOperation[] = [];
  for (const mail of listing) {
    const trouble = troubles.get(mail.id);
    if (trouble !== undefined && !isTriedAgain(trouble, policy)) continue;
    const before = known.get(mail.id);
    const isHere = before?.status === 'stored' || returned.has(mail.id);
    if (isHere && trouble?.kind !== 'short') continue;
    const contentDecides = before !== undefined;
    const operations = trouble === undefined ? fresh : again;
    operations.push({ kind: 'fetch', mail, tries: trouble?.tries ?? null, contentDecides });
  }
  return [...fresh, ...again, ...notes(view)];
}

function notes({
  listing,
  complete,
  known,
  troubles,
  returned,
}: MaildropView): MaildropOperation[] {
  const operations: MaildropOperation[] = [];
  if (returned.size > 0) operations.push({ kind: 'note-return', ids: [...returned] });
  if (!complete) return operations;
  const listed = new Set(listing.map(({ id }) => id));
  const gone = [...known]
    .filter(([id, { status }]) => (status === 'stored' || status === 'deleting') && !listed.has(id))
    .map(([id]) => id);
  const over = troubles.filter(({ id }) => !listed.has(id)).map(({ id }) => id);
  if (gone.length > 0) operations.push({ kind: 'note-gone', ids: gone });
  if (over.length > 0) operations.push({ kind: 'end-trouble', ids: over });
  return operations;
}

/**
 * Deletes what is durable here, as the account says; asked after the fetches, with what is known then. A message whose UIDL
 * another one shares stays: nobody could say which of them was stored.
 */
export function planDeletions(
  listing: readonly ListedMail[],
  known: KnownById,
  leave: LeaveOnServer,
  now: number,
): ListedMail[] {
  if (leave === true) return [];
  const deadline = now - (leave === false ? 0 : leave.afterMs);
  return listing.filter(({ id, sharedUidl }) => {
    const before = known.get(id);
    const isHere = before?.status === 'stored' && before.storedAt <= deadline;
    return isHere && sharedUidl === undefined;
  });
}
