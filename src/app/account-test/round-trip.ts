/** `account test --send`: really sends a message from the account to itself, and waits until it comes in. */

import type { Account } from '../../core/account/account.ts';
import { formatDuration } from '../../core/account/duration.ts';
import { asPosthornError, RefusedError, TemporaryError, type PosthornError } from '../../errors.ts';
import type { SenderSession, SendOutcome } from '../../ports/sending/mail-sender.ts';
import type { Composed, MessageCodec } from '../../ports/sending/message-codec.ts';
import { arrivalOf, beforehand, type Arrival, type Beforehand } from './arrival.ts';
import { connectIncoming, type IncomingSession } from './incoming-session.ts';
import type { AccountTest, RoundTrip } from './account-test.ts';
import { serverTests, type Testing, type TestObserver } from './trial.ts';

export interface RoundTripOptions {
  readonly signal: AbortSignal;
  /** How long it is waited for, in milliseconds. */
  readonly withinMs: number;
  readonly observe?: TestObserver | undefined;
  /** The message is on its way. */
  readonly onSent?: (() => void) | undefined;
}

interface Trip extends RoundTripOptions {
  readonly account: Account;
  readonly accountId: string;
  readonly neighbours: Testing & { readonly codec: MessageCodec };
}

/** What became of the sending. */
type Dispatch =
  | { readonly composed: Composed; readonly sentAt: number; readonly error: null }
  | { readonly error: PosthornError };

/**
 * The usual test, and the message over the session that was tested: nothing of it goes through the outbox or into the
 * Maildir. Never throws.
 */
export async function testRoundTrip(
  account: Account,
  accountId: string,
  neighbours: Trip['neighbours'],
  options: RoundTripOptions,
): Promise<AccountTest> {
  const trip = { account, accountId, neighbours, ...options };
  const { signal, observe } = options;
  const found: { before: Beforehand | null; dispatch: Dispatch | null } = {
    before: null,
    dispatch: null,
  };
  const tests = serverTests(
    { account, accountId, neighbours, signal, observe },
    {
      whenReceiving: async (session) => {
        found.before = await beforehand(session);
      },
      whenSending: async (session) => {
        // What comes in can only be told from what was there once that is known; POP3 lets in one session at a time.
        if (account.receive) await tests[0];
        if (account.receive && found.before === null) return;
        found.dispatch = await dispatch(session, trip);
      },
    },
  );
  const servers = await Promise.all(tests);
  const roundTrip = await conclude(trip, found.dispatch, found.before);
  return { account: account.name, servers, roundTrip };
}

async function dispatch(session: SenderSession, trip: Trip): Promise<Dispatch> {
  const { signal, neighbours, onSent } = trip;
  try {
    const composed = await compose(trip);
    const { octets, from, recipients } = composed;
    const outcome = await session.send({ octets, from, recipients }, signal);
    const error = refusalIn(outcome);
    if (error !== null) return { error };
    onSent?.();
    return { composed, sentAt: neighbours.clock.now(), error: null };
  } catch (thrown) {
    return { error: asPosthornError(thrown) };
  }
}

async function compose({ account, neighbours }: Trip): Promise<Composed> {
  const { address, name } = account.identity;
  return await neighbours.codec.compose({
    from: name === undefined ? { address } : { name, address },
    to: [address],
    cc: [],
    bcc: [],
    subject: `posthorn: test of ${account.name}`,
    text:
      'posthorn sent this message from the account to itself, to test it.\n' +
      'If you can read it, sending and receiving work. You may delete it.\n',
    attachments: [],
    date: neighbours.clock.now(),
  });
}

/** Null where the server took it; or where the connection broke when it may have: then it comes in, or it does not. */
function refusalIn(outcome: SendOutcome): PosthornError | null {
  const verdict = outcome.kind === 'answered' ? outcome.verdicts[0] : undefined;
  if (verdict === undefined || verdict.kind === 'accepted') return null;
  const message = `the server does not take the message for ${verdict.address}: ${verdict.reply}`;
  return verdict.kind === 'refused'
    ? new RefusedError(message, { remedy: 'Check the address of the account.' })
    : new TemporaryError(message, { remedy: 'Test again later.' });
}

async function conclude(
  trip: Trip,
  sending: Dispatch | null,
  before: Beforehand | null,
): Promise<RoundTrip> {
  const { account } = trip;
  if (!account.send) return { result: 'skipped', why: 'does-not-send' };
  if (sending === null) return { result: 'skipped', why: 'test-failed' };
  if (sending.error !== null) return { result: 'refused', error: named(sending.error, account) };
  const { messageId } = sending.composed;
  const { address } = account.identity;
  if (before === null) return { result: 'sent', messageId, address };
  return await awaited(trip, before, messageId, sending.sentAt);
}

function named(error: PosthornError, { name }: Account): PosthornError {
  error.account ??= name;
  return error;
}

async function awaited(
  trip: Trip,
  before: Beforehand,
  messageId: string,
  sentAt: number,
): Promise<RoundTrip> {
  const { account, neighbours, withinMs } = trip;
  const search = new Search(trip, before, messageId);
  const waited = (): number => neighbours.clock.now() - sentAt;
  try {
    const arrival = await search.until(sentAt + withinMs);
    if (arrival !== null) return { result: 'arrived', messageId, ...arrival, afterMs: waited() };
    return { result: 'missing', messageId, waitedMs: waited(), error: missing(trip) };
  } catch (thrown) {
    const error = named(asPosthornError(thrown), account);
    return { result: 'missing', messageId, waitedMs: waited(), error };
  } finally {
    await search.close();
  }
}

function missing({ account, withinMs }: Trip): PosthornError {
  const { address } = account.identity;
  return new TemporaryError(
    `the server took the message for ${address}, and it did not come in within ${formatDuration(withinMs)}`,
    {
      account: account.name,
      code: 'timeout',
      remedy: `It may be slow (look again later), filed elsewhere by a rule, held back as spam, or ${address} may be another mailbox.`,
    },
  );
}

/** A look into a maildrop is a login, and providers count those. */
const longestPauseMs = { folders: 2_000, maildrop: 5_000 } as const;

/** IMAP looks again over one session; a maildrop shows what is new to a new session alone (RFC 1939, section 3). */
class Search {
  readonly #trip: Trip;
  readonly #before: Beforehand;
  readonly #messageId: string;
  #session: IncomingSession | null = null;
  /** Until the next look; it grows. */
  #pauseMs = 500;

  constructor(trip: Trip, before: Beforehand, messageId: string) {
    this.#trip = trip;
    this.#before = before;
    this.#messageId = messageId;
  }

  /** Null: not there by then. */
  async until(deadline: number): Promise<Arrival | null> {
    const { neighbours, signal } = this.#trip;
    const { clock } = neighbours;
    for (;;) {
      const arrival = await this.#look();
      if (arrival !== null || clock.now() >= deadline) return arrival;
      await clock.sleepUntil(Math.min(deadline, clock.now() + this.#pauseMs), signal);
      this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs[this.#before.kind]);
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  async #look(): Promise<Arrival | null> {
    try {
      this.#session ??= await this.#connect();
      const arrival = await arrivalOf(this.#messageId, this.#before, this.#session);
      if (this.#before.kind === 'maildrop') await this.close();
      return arrival;
    } catch (error) {
      await this.close();
      // A maildrop that is locked for the moment, a connection that broke: there is another look to come.
      if (error instanceof TemporaryError && !this.#trip.signal.aborted) return null;
      throw error;
    }
  }

  #connect(): Promise<IncomingSession> {
    const { account, accountId, neighbours, signal } = this.#trip;
    return connectIncoming(account, accountId, neighbours, signal);
  }
}
