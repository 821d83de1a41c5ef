/** One connection over which messages are sent, one after another, each with a verdict for each recipient. */

import { Readable } from 'node:stream';
import { RefusedError, TemporaryError } from '../../errors.ts';
import type {
  OutgoingMessage,
  RecipientVerdict,
  SenderSession,
  SendOutcome,
} from '../../ports/mail-sender.ts';
import type { ConnectionFacts } from '../../ports/connection.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import { addressing, checkSender, envelopeFor, isFinal, verdictsOf } from './envelope.ts';
import { codeOf, loginWanted, told, turnedAway, type LibraryError } from './failures.ts';
import type { Envelope, SmtpLink } from './link.ts';

/** Small enough that the last octets leave only when the server has taken most of what came before. */
const chunkOctets = 64 * 1024;

export class SmtpSession implements SenderSession {
  readonly facts: ConnectionFacts;
  readonly #link: SmtpLink;
  readonly #capabilities: SmtpCapabilities;
  /** A transaction was left open and has to be reset. */
  #open = false;

  constructor(link: SmtpLink, capabilities: SmtpCapabilities, facts: ConnectionFacts) {
    this.#link = link;
    this.#capabilities = capabilities;
    this.facts = facts;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    signal.throwIfAborted();
    const { sendable, refused } = addressing(message, this.#capabilities, this.facts.host);
    if (sendable.length === 0) return answered(refused, '');
    const drop = () => this.#link.fail(abortReason(signal));
    signal.addEventListener('abort', drop, { once: true });
    try {
      if (this.#open) await this.#link.reset();
      this.#open = true;
      const outcome = await this.#transmit(message, sendable);
      return outcome.kind === 'answered'
        ? answered([...outcome.verdicts, ...refused], outcome.reply)
        : outcome;
    } finally {
      signal.removeEventListener('abort', drop);
    }
  }

  async tryOut(from: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    checkSender(from, this.#capabilities, this.facts.host);
    const drop = () => this.#link.fail(abortReason(signal));
    signal.addEventListener('abort', drop, { once: true });
    try {
      if (this.#open) await this.#link.reset();
      this.#open = true;
      // RFC 6531 3.4: an address beyond ASCII is announced.
      const more = /[^\x20-\x7e]/.test(from) ? ' SMTPUTF8' : '';
      const reply = await this.#link.command(`MAIL FROM:<${from}>${more}`);
      if (codeOf(reply) === 421) throw turnedAway(reply, this.#link.peer, 'session');
      if (codeOf(reply) === 530) throw loginWanted(reply);
      if (!reply.startsWith('2')) throw refusedSender(reply, from);
      await this.#link.reset();
      this.#open = false;
    } finally {
      signal.removeEventListener('abort', drop);
    }
  }

  close(): Promise<void> {
    return this.#link.quit();
  }

  async #transmit(message: OutgoingMessage, sendable: string[]): Promise<SendOutcome> {
    const envelope = envelopeFor(message, sendable);
    const body = Readable.from(chunks(message.octets), { objectMode: false });
    // nodemailer writes the final dot once it has read all of the body: from then on nobody knows.
    const dot = { left: false };
    body.once('end', () => (dot.left = true));
    const delivery = await this.#link.deliver(envelope, body);
    switch (delivery.kind) {
      case 'broken':
        if (dot.left) return { kind: 'uncertain', reason: delivery.reason.message };
        throw delivery.reason;
      case 'refused':
        return this.#refused(delivery.error, envelope);
      case 'taken':
        if (!dot.left) throw this.#outOfStep(delivery.reply);
        this.#open = false;
        return answered(verdictsOf(envelope, null), told(delivery.reply));
    }
  }

  #refused(error: LibraryError, envelope: Envelope): SendOutcome {
    const reply = error.response ?? '';
    if (codeOf(reply) === 421) {
      const reason = turnedAway(reply, this.#link.peer, 'session', error);
      this.#link.fail(reason);
      throw reason;
    }
    const nobody = (envelope.accepted ?? []).length === 0;
    if (codeOf(reply) === 530 && nobody) throw loginWanted(reply);
    if (error.command === 'MAIL FROM') throw refusedSender(reply, envelope.from);
    if (error.command === 'RCPT TO') return answered(verdictsOf(envelope, null), told(reply));
    return answered(verdictsOf(envelope, reply), told(reply));
  }

  /** RFC 5321 3.3: the server speaks after the final dot, not before. */
  #outOfStep(reply: string): Error {
    const reason = new TemporaryError(`the server answered before it had it all: ${told(reply)}`, {
      layer: 'session',
    });
    this.#link.fail(reason);
    return reason;
  }
}

function answered(verdicts: readonly RecipientVerdict[], reply: string): SendOutcome {
  return { kind: 'answered', verdicts, reply };
}

function refusedSender(reply: string, from: string): Error {
  const message = `the sender ${from === '' ? '<>' : from} was refused: ${told(reply)}`;
  if (!isFinal(reply))
    return new TemporaryError(message, { reach: 'message', retry: 'later', layer: 'session' });
  return new RefusedError(message, {
    reach: 'message',
    retry: 'never',
    layer: 'session',
    remedy:
      'Check `identity.address`: the server may let this login send for other addresses only.',
  });
}

function* chunks(octets: Buffer): Iterable<Buffer> {
  for (let at = 0; at < octets.length; at += chunkOctets)
    yield octets.subarray(at, at + chunkOctets);
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
