/** Decides what a sync of one IMAP folder fetches. */

import type { KnownMessage, RemoteMessage } from './message.ts';
import type { FetchOperation } from './operation.ts';

export interface RetryPolicy {
  /** Tries of a message that can't be fetched before it is left alone. */
  readonly maxAttempts: number;
  /** `sync --full`: quarantined messages are tried again. */
  readonly full: boolean;
}

/** A message that failed is tried at each of the next polls, then only by `sync --full`. */
export function isTriedAgain(known: KnownMessage, policy: RetryPolicy): boolean {
  return known.status === 'quarantined' && (policy.full || known.attempts < policy.maxAttempts);
}

/** Fetches for quarantined messages, which the listing above the settled UID no longer shows. */
export function planRetries(
  quarantined: readonly KnownMessage[],
  policy: RetryPolicy,
): FetchOperation[] {
  return quarantined
    .filter((known) => isTriedAgain(known, policy))
    .map((known) => ({ kind: 'fetch', message: remembered(known), known }));
}

function remembered(known: KnownMessage): RemoteMessage {
  const { id, wireSize: size, internalDate, flags } = known;
  return { id, size, internalDate, flags };
}

/**
 * Fetches for one page of the listing above the settled UID. `known` holds what the state remembers above it: after a kill
 * some of the page is already durable, since batches end out of order.
 */
export function planImapPage(
  page: readonly RemoteMessage[],
  known: ReadonlyMap<string, KnownMessage>,
): FetchOperation[] {
  return page
    .filter((message) => !known.has(message.id))
    .map((message) => ({ kind: 'fetch', message, known: null }));
}
