/** What a person orders of queued messages: to try them again now, or to give them up. */

import type { OutboxEntry, OutboxRecipient, OutboxState } from '../../core/outbox/entry.ts';
import { UsageError } from '../../errors.ts';
import type { Neighbours } from '../neighbours.ts';

type Queue = Pick<Neighbours, 'outbox' | 'lock' | 'clock'>;

/** A sender holds the lock for as long as a message takes. */
const waitMs = 30_000;

/** Makes the messages due now, with five days before them; recipients that were refused are asked again. Without ids: all that have failed. */
export async function retryMessages(ids: readonly string[], queue: Queue): Promise<OutboxEntry[]> {
  const { entries } = await queue.outbox.list();
  const meant =
    ids.length > 0
      ? await messagesNamed(ids, queue)
      : entries.filter(({ state }) => state === 'failed');
  return underLocks(meant, queue, async (entry) => {
    if (entry.state === 'sent') return;
    const { state } = entry;
    const next = state === 'failed' || state === 'held' ? 'queued' : state;
    await queue.outbox.update({
      ...entry,
      state: next,
      recipients: entry.recipients.map(reopened),
      nextAttempt: queue.clock.now(),
      triedSince: queue.clock.now(),
    });
  });
}

/** Makes due what these accounts have waiting: it was put off for a reason that is mended. */
export async function hastenMessages(
  accountIds: readonly string[],
  queue: Queue,
): Promise<OutboxEntry[]> {
  const { entries } = await queue.outbox.list();
  const now = queue.clock.now();
  const meant = entries.filter(
    ({ accountId, state, nextAttempt }) =>
      accountIds.includes(accountId) && isWaiting(state) && nextAttempt > now,
  );
  return underLocks(meant, queue, async (entry) => {
    if (isWaiting(entry.state)) await queue.outbox.update({ ...entry, nextAttempt: now });
  });
}

function isWaiting(state: OutboxState): boolean {
  return state === 'queued' || state === 'uncertain';
}

function reopened(recipient: OutboxRecipient): OutboxRecipient {
  return recipient.status === 'refused' ? { ...recipient, status: 'open' } : recipient;
}

/** Removes the messages for good, sent or not. */
export async function cancelMessages(ids: readonly string[], queue: Queue): Promise<OutboxEntry[]> {
  return underLocks(await messagesNamed(ids, queue), queue, (entry) =>
    queue.outbox.remove(entry.id),
  );
}

/** UsageError where one is not there. */
export async function messagesNamed(
  ids: readonly string[],
  { outbox }: Pick<Queue, 'outbox'>,
): Promise<OutboxEntry[]> {
  const { entries } = await outbox.list();
  return ids.map((id) => {
    const entry = entries.find((each) => each.id === id);
    if (entry !== undefined) return entry;
    throw new UsageError(`there is no message "${id}" in the outbox`, {
      remedy: 'See posthorn outbox list.',
    });
  });
}

/** Each under the lock of its account's queue, and as it stands by then: it may have been sent meanwhile. */
async function underLocks(
  entries: readonly OutboxEntry[],
  { outbox, lock }: Queue,
  order: (entry: OutboxEntry) => Promise<void>,
): Promise<OutboxEntry[]> {
  const done: OutboxEntry[] = [];
  for (const { id, accountId } of entries) {
    const held = await lock.acquire(`outbox-${accountId}`, { waitMs });
    try {
      const entry = await outbox.get(id);
      if (entry === null) continue;
      await order(entry);
      done.push(entry);
    } finally {
      await held.release();
    }
  }
  return done;
}
