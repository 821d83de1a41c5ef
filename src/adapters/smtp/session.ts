/** One connection over which messages are sent, one after another, each with a verdict for each recipient. */

import type { PosthornError } from '../../errors.ts';
import type {
  OutgoingMessage,
  SenderSession,
  SendOutcome,
} from '../../ports/sending/mail-sender.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import type { SmtpConnection } from './connection.ts';
import { addressing, checkSender, envelopeFor, isBeyondAscii } from './envelope.ts';
import { refusedSender, turnedAway } from './failures.ts';
import { isPositive } from './reply.ts';
import { transact } from './transaction.ts';
import { outcomeOf } from './verdicts.ts';

export class SmtpSession implements SenderSession {
  readonly facts: ConnectionFacts;
  readonly #connection: SmtpConnection;
  readonly #capabilities: SmtpCapabilities;
  /** A transaction was left open and has to be reset. */
  #open = false;

  constructor(connection: SmtpConnection, capabilities: SmtpCapabilities, facts: ConnectionFacts) {
    this.#connection = connection;
    this.#capabilities = capabilities;
    this.facts = facts;
  }

  get broken(): PosthornError | null {
    return this.#connection.broken;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { sendable, refused } = addressing(message, this.#capabilities, this.facts.host);
    if (sendable.length === 0) return { kind: 'answered', verdicts: refused, reply: '' };
    const envelope = envelopeFor(message, sendable, this.#capabilities);
    const pipelining = this.#capabilities.keywords.has('PIPELINING');
    const heard = await this.#during(signal, async () => {
      await this.#begin();
      return transact(this.#connection, envelope, message.octets, pipelining);
    });
    this.#open = heard.final === null || !isPositive(heard.final);
    const outcome = outcomeOf(envelope, heard);
    if (outcome.kind === 'uncertain') return outcome;
    return { ...outcome, verdicts: [...outcome.verdicts, ...refused] };
  }

  async tryOut(from: string, signal: AbortSignal): Promise<void> {
    checkSender(from, this.#capabilities, this.facts.host);
    await this.#during(signal, async () => {
      await this.#begin();
      const more = isBeyondAscii(from) ? ' SMTPUTF8' : '';
      const reply = await this.#connection.command(`MAIL FROM:<${from}>${more}`);
      if (this.#connection.broken !== null) throw this.#connection.broken;
      if (!isPositive(reply)) throw refusedSender(reply, from);
      await this.#reset();
    });
  }

  close(): Promise<void> {
    return this.#connection.quit();
  }

  async #begin(): Promise<void> {
    if (this.#open) await this.#reset();
    this.#open = true;
  }

  /** RSET (RFC 5321 4.1.1.5). */
  async #reset(): Promise<void> {
    const reply = await this.#connection.command('RSET');
    const { broken, peer, layer } = this.#connection;
    if (broken !== null) throw broken;
    if (!isPositive(reply)) {
      this.#connection.fail(turnedAway(reply, peer, layer));
      throw this.#connection.broken ?? turnedAway(reply, peer, layer);
    }
    this.#open = false;
  }

  /** Whoever is asked to stop drops the connection. */
  async #during<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const drop = (): void => {
      this.#connection.fail(abortReason(signal));
    };
    signal.addEventListener('abort', drop, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', drop);
    }
  }
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
