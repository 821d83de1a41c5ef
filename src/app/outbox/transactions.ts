/** One connection for the messages of a flush, each step of each marked durably before it is taken. */

import type { OutboxEntry } from '../../core/outbox/entry.ts';
import {
  afterAttempt,
  beforeAnotherTransaction,
  beforeAttempt,
  needsAnotherTransaction,
  openRecipients,
  roomForAnswers,
  type AttemptResult,
  type Moment,
} from '../../core/outbox/plan-outbox.ts';
import { asPosthornError, type PosthornError } from '../../errors.ts';
import type { SenderSession } from '../../ports/sending/mail-sender.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';
import { connectForSending } from './connect-for-sending.ts';
import type { FlushOptions } from './flush-options.ts';

/**
 * Where the connection breaks, the next message gets a new one; where there is none to be had, or the server has stalled, all
 * that follow are put off for the same reason, at once.
 */
export class Transactions {
  readonly #bound: BoundAccount;
  readonly #neighbours: Neighbours;
  readonly #options: FlushOptions;
  #session: SenderSession | null = null;
  /** Why nothing more can be sent. */
  failure: PosthornError | null = null;

  constructor(bound: BoundAccount, neighbours: Neighbours, options: FlushOptions) {
    this.#bound = bound;
    this.#neighbours = neighbours;
    this.#options = options;
  }

  /** What became of it; as it was where we were asked to stop before anything was sent. */
  async attempt(entry: OutboxEntry): Promise<OutboxEntry> {
    const session = await this.#connected();
    if (session === null) return this.#putOff(entry, this.failure?.message ?? 'no connection');
    const octets = await this.#read(entry);
    if (!Buffer.isBuffer(octets)) return this.#putOff(entry, octets.message);
    return this.#transmit(entry, octets, session);
  }

  /** As many transactions as the server needs for all recipients, what each came to durable before the next. */
  async #transmit(
    entry: OutboxEntry,
    octets: Buffer,
    session: SenderSession,
  ): Promise<OutboxEntry> {
    const { outbox } = this.#neighbours;
    let before = entry;
    let sending = beforeAttempt(entry, this.#moment());
    for (;;) {
      await outbox.updateWithRoom(sending, roomForAnswers(sending));
      const result = await this.#send(sending, octets, session);
      const after = result === null ? before : afterAttempt(sending, result, this.#moment());
      await outbox.update(after);
      const isOver = this.#session === null || this.#options.signal.aborted;
      if (result === null || isOver || !needsAnotherTransaction(after, result)) return after;
      before = after;
      sending = beforeAnotherTransaction(after);
    }
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
    const { settings, signal } = this.#options;
    try {
      this.#session = await connectForSending(this.#bound, this.#neighbours, settings, signal);
    } catch (thrown) {
      this.failure = asPosthornError(thrown);
    }
    return this.#session;
  }

  /** Nothing was sent: the attempt counts, unless we were asked to stop. */
  async #putOff(entry: OutboxEntry, reason: string): Promise<OutboxEntry> {
    if (this.#options.signal.aborted) return entry;
    const tried = beforeAttempt(entry, this.#moment());
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
      const outcome = await session.send(message, this.#options.signal);
      await this.#leave(session.broken);
      return outcome;
    } catch (thrown) {
      const error = asPosthornError(thrown);
      await this.#leave(session.broken ?? (error.reach === 'message' ? null : error));
      const isRefused = error.reach === 'message' && error.retry === 'never';
      if (this.#options.signal.aborted && !isRefused) return null;
      return { kind: isRefused ? 'refused' : 'deferred', reason: error.message };
    }
  }

  /** Of a connection that is of no use any more. A server that stalled would do so for each message that waits. */
  async #leave(reason: PosthornError | null): Promise<void> {
    if (reason === null) return;
    if (reason.code === 'timeout') this.failure = reason;
    await this.close();
  }

  #moment(): Moment {
    return { now: this.#neighbours.clock.now(), chance: this.#neighbours.chance() };
  }
}
