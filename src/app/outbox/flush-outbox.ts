/** Sends what waits in the outbox of one account, marks each step durably before it is taken, and files the copies. */

import type { OutboxEntry } from '../../core/outbox/entry.ts';
import { hasPatience } from '../../core/outbox/patience.ts';
import { isDue } from '../../core/outbox/plan-outbox.ts';
import type { PosthornError } from '../../errors.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { fileSent } from './file-sent.ts';
import type { FlushOptions } from './flush-options.ts';
import { sendingSuspended } from './connect-for-sending.ts';
import type { Neighbours } from '../neighbours.ts';
import type { SendReport, SentMessage } from '../sync/report.ts';
import { Transactions } from './transactions.ts';

/** Throws what kept it from sending at all; each entry then knows why it waits. */
export async function flushOutbox(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: FlushOptions,
  report: SendReport,
): Promise<void> {
  if ((await dueEntries(bound, neighbours, options)).length === 0) return;
  const { waitMs, signal } = options;
  const lock = await neighbours.lock.acquire(`outbox-${bound.id}`, { waitMs, signal });
  try {
    await options.onLocked?.();
    await flushLocked(bound, neighbours, options, report);
  } finally {
    await lock.release();
  }
}

async function dueEntries(
  { id }: BoundAccount,
  { outbox, clock }: Neighbours,
  { only }: FlushOptions,
): Promise<OutboxEntry[]> {
  const { entries } = await outbox.list();
  const now = clock.now();
  return entries
    .filter((entry) => entry.accountId === id)
    .filter((entry) => (only === undefined ? isDue(entry, now) : only.has(entry.id)));
}

async function flushLocked(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: FlushOptions,
  report: SendReport,
): Promise<void> {
  const due = await dueEntries(bound, neighbours, options);
  const unsent = due.filter(({ state }) => state !== 'sent');
  const failure = await sendEach(unsent, bound, neighbours, options, report);
  const taken = (await dueEntries(bound, neighbours, options)).filter(
    ({ state }) => state === 'sent',
  );
  await fileSent(taken, bound, neighbours, options, report);
  if (failure !== null && !options.signal.aborted) throw failure;
}

/** Resolves with what kept it from sending at all, or null. */
async function sendEach(
  entries: readonly OutboxEntry[],
  bound: BoundAccount,
  neighbours: Neighbours,
  options: FlushOptions,
  report: SendReport,
): Promise<PosthornError | null> {
  if (entries.length === 0) return null;
  const { account, id } = bound;
  const suspended = sendingSuspended(account, await neighbours.state.account(id));
  if (suspended !== null) {
    // Left as they are: no attempt of theirs is used up, and they are due once it is mended.
    report.messages.push(...entries.map((entry) => waiting(entry, suspended.message)));
    return suspended;
  }
  const transactions = new Transactions(bound, neighbours, options);
  const { clock } = neighbours;
  const startedAt = clock.now();
  const answered: OutboxEntry[] = [];
  try {
    for (const entry of entries) {
      if (options.signal.aborted) break;
      if (!hasPatience(clock.now() - startedAt, answered)) {
        report.messages.push(waiting(entry, tooSlow));
        continue;
      }
      const after = await transactions.attempt(entry);
      if (transactions.failure === null) answered.push(after);
      if (after.state !== 'sent') report.messages.push(reportOf(after));
    }
  } finally {
    await transactions.close();
  }
  return transactions.failure;
}

/** Left as they are, and so due at the next flush. */
const tooSlow = 'the server is slow: this flush ends here, and the next one goes on';

/** Nobody knows when it will be tried: that is up to a person. */
function waiting({ id, subject }: OutboxEntry, reason: string): SentMessage {
  return { id, subject, result: 'deferred', reason, nextAttempt: null };
}

/** What became of an entry that is not sent. */
function reportOf(entry: OutboxEntry): SentMessage {
  const { id, subject, state, lastError: reason } = entry;
  if (state === 'failed') return { id, subject, result: 'failed', reason, nextAttempt: null };
  const result = state === 'uncertain' ? 'uncertain' : 'deferred';
  return { id, subject, result, reason, nextAttempt: entry.nextAttempt };
}
