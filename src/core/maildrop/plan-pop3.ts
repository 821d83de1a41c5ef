/** Decides what a sync of a POP3 maildrop fetches, forgets and deletes. */

import type { LeaveOnServer } from '../account/account.ts';
import type { KnownMessage, RemoteMessage } from '../sync/message.ts';
import type { DeleteOperation, Operation } from '../sync/operation.ts';
import { isTriedAgain, type RetryPolicy } from '../sync/plan-imap.ts';

type Known = ReadonlyMap<string, KnownMessage>;

/**
 * Fetches what is new, what came back after it was gone (bad servers give a UIDL twice, so its content decides), and what
 * failed before; marks what the server no longer lists, also what could never be fetched: whatever comes back under its id is
 * new. Fetches come first, in the listing's order.
 */
export function planPop3(
  listing: readonly RemoteMessage[],
  known: Known,
  policy: RetryPolicy,
): Operation[] {
  const fetches = listing
    .filter((message) => needsFetch(known.get(message.id), policy))
    .map((message): Operation => ({
      kind: 'fetch',
      message,
      known: known.get(message.id) ?? null,
    }));
  const listed = new Set(listing.map((message) => message.id));
  const gone = [...known.values()]
    .filter((message) => message.status !== 'absent' && !listed.has(message.id))
    .map((message): Operation => ({ kind: 'mark-absent', id: message.id }));
  return [...fetches, ...gone];
}

function needsFetch(known: KnownMessage | undefined, policy: RetryPolicy): boolean {
  if (known === undefined || known.status === 'absent') return true;
  return isTriedAgain(known, policy);
}

/**
 * Deletes what is durable here, as the account says; asked after the fetches, with what is known then. A message whose UIDL
 * another one shares stays: nobody could say which of them was stored.
 */
export function planDeletions(
  listing: readonly RemoteMessage[],
  known: Known,
  leave: LeaveOnServer,
  now: number,
): DeleteOperation[] {
  if (leave === true) return [];
  const afterMs = leave === false ? 0 : leave.afterMs;
  return listing
    .filter((message) => message.sharedUidl === undefined)
    .filter((message) => isStoredSince(known.get(message.id), now - afterMs))
    .map((message) => ({ kind: 'delete', message }));
}

function isStoredSince(known: KnownMessage | undefined, deadline: number): boolean {
  return known?.status === 'stored' && known.storedAt !== null && known.storedAt <= deadline;
}
