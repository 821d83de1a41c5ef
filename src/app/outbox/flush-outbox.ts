/** Sends what waits in the outbox of one account, marks each step durably before it is taken, and files the copies. */

import type { OutboxEntry } from '../../core/outbox/entry.ts';
import {
  afterAttempt,
  beforeAttempt,
  isDue,
  openRecipients,
  type AttemptResult,
  type Moment,
} from '../../core/outbox/plan-outbox.ts';
import type { Settings } from '../../core/account/settings.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { SenderSession } from '../../ports/mail-sender.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { fileSent } from './file-sent.ts';
import type { FlushOptions } from './flush-options.ts';
import { connectForSending, sendingSuspended } from './connect-for-sending.ts';
import type { Neighbours } from '../neighbours.ts';
import type { SendReport, SentMessage } from '../sync/report.ts';

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
  const line = new SendingLine(bound, neighbours, options);
  try {
    for (const entry of entries) {
      if (options.signal.aborted) break;
      const after = await line.attempt(entry);
      if (after.state !== 'sent') report.messages.push(told(after));
    }
  } finally {
    await line.close();
  }
  return line.failure;
}

/**
 * One connection for many messages. Where it breaks, the next message gets a new one; where there is none to be had, all that
 * follow are put off for the same reason.
 */
class SendingLine {
  readonly #bound: BoundAccount;
  readonly #neighbours: Neighbours;
  readonly #signal: AbortSignal;
  readonly #settings: Settings;
  #session: SenderSession | null = null;
  /** Why no connection could be had. */
  failure: PosthornError | null = null;

  constructor(bound: BoundAccount, neighbours: Neighbours, { signal, settings }: FlushOptions) {
    this.#bound = bound;
    this.#neighbours = neighbours;
    this.#signal = signal;
    this.#settings = settings;
  }

  /** What became of it; as it was where we were asked to stop before anything was sent. */
  async attempt(entry: OutboxEntry): Promise<OutboxEntry> {
    const { outbox } = this.#neighbours;
    const session = await this.#connected();
    if (session === null) return this.#putOff(entry, this.failure?.message ?? 'no connection');
    const octets = await this.#read(entry);
    if (!Buffer.isBuffer(octets)) return this.#putOff(entry, octets.message);
    const sending = beforeAttempt(entry);
    await outbox.update(sending);
    const result = await this.#send(sending, octets, session);
    const after = result === null ? entry : afterAttempt(sending, result, this.#moment());
    await outbox.update(after);
    return after;
  }

  /** One message that can't be read must not keep the others from being sent (design rule 11). */
  async #read({ id }: OutboxEntry): Promise<Buffer | PosthornError> {
    try {
      return await this.#neighbours.outbox.read(id);
    } catch (thrown) {
      return asPosthornError(thrown);
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }

  async #connected(): Promise<SenderSession | null> {
    if (this.#session !== null || this.failure !== null) return this.#session;
    try {
      this.#session = await connectForSending(
        this.#bound,
        this.#neighbours,
        this.#settings,
        this.#signal,
      );
    } catch (thrown) {
      this.failure = asPosthornError(thrown);
    }
    return this.#session;
  }

  /** Nothing was sent: the attempt counts, unless we were asked to stop. */
  async #putOff(entry: OutboxEntry, reason: string): Promise<OutboxEntry> {
    if (this.#signal.aborted) return entry;
    const tried = { ...entry, attempts: entry.attempts + 1 };
    const result = { kind: entry.state === 'queued' ? 'deferred' : 'uncertain', reason } as const;
    const after = afterAttempt(tried, result, this.#moment());
    await this.#neighbours.outbox.update(after);
    return after;
  }

  /** Null where we were asked to stop and it surely was not taken. */
  async #send(
    entry: OutboxEntry,
    octets: Buffer,
    session: SenderSession,
  ): Promise<AttemptResult | null> {
    try {
      const message = { from: entry.from, recipients: openRecipients(entry), octets };
      const outcome = await session.send(message, this.#signal);
      if (outcome.kind === 'uncertain') await this.close();
      return outcome;
    } catch (thrown) {
      const error = asPosthornError(thrown);
      if (error.reach !== 'message') await this.close();
      const refused = error.reach === 'message' && error.retry === 'never';
      if (this.#signal.aborted && !refused) return null;
      return { kind: refused ? 'refused' : 'deferred', reason: error.message };
    }
  }

  #moment(): Moment {
    return { now: this.#neighbours.clock.now(), chance: this.#neighbours.chance() };
  }
}

/** Nobody knows when it will be tried: that is up to a person. */
function waiting({ id, subject }: OutboxEntry, reason: string): SentMessage {
  return { id, subject, result: 'deferred', reason, nextAttempt: null };
}

/** What became of an entry that is not sent. */
function told(entry: OutboxEntry): SentMessage {
  const { id, subject, state, lastError: reason } = entry;
  if (state === 'failed') return { id, subject, result: 'failed', reason, nextAttempt: null };
  const result = state === 'uncertain' ? 'uncertain' : 'deferred';
  return { id, subject, result, reason, nextAttempt: entry.nextAttempt };
}
