/** Who can be addressed at all on this server, and what its replies say of each. */

import { RefusedError } from '../../errors.ts';
import type { OutgoingMessage, RecipientVerdict } from '../../ports/mail-sender.ts';
import { printable } from '../../wire/printable.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import { codeOf, told } from './failures.ts';
import type { Envelope } from './link.ts';

export interface Addressing {
  readonly sendable: string[];
  readonly refused: readonly RecipientVerdict[];
}

/** Throws RefusedError (reach `message`) where the sender or the size can't be taken by this server. */
export function addressing(
  message: OutgoingMessage,
  capabilities: SmtpCapabilities,
  host: string,
): Addressing {
  checkSize(message.octets.length, capabilities, host);
  checkSender(message.from, capabilities, host);
  const verdicts = [...new Set(message.recipients)].map((address) => ({
    address,
    why: objection(address, capabilities, host),
  }));
  return {
    sendable: verdicts.filter(({ why }) => why === null).map(({ address }) => address),
    refused: verdicts.flatMap(({ address, why }) =>
      why === null ? [] : [{ address, kind: 'refused' as const, reply: why }],
    ),
  };
}

/** Throws RefusedError (reach `message`) where the address can't stand in MAIL FROM. */
export function checkSender(from: string, capabilities: SmtpCapabilities, host: string): void {
  const why = from === '' ? null : objection(from, capabilities, host);
  if (why !== null) throw refusedMessage(`the sender ${printable(from)}: ${why}`);
}

/** RFC 1870: said before a single octet is sent. */
function checkSize(size: number, { maxSize }: SmtpCapabilities, host: string): void {
  if (maxSize === null || size <= maxSize) return;
  throw refusedMessage(`the message has ${size} octets; ${host} takes no more than ${maxSize}`);
}

function refusedMessage(what: string): RefusedError {
  return new RefusedError(what, {
    reach: 'message',
    retry: 'never',
    remedy: 'Change the message and send it again.',
  });
}

/** Why an address can't go on the wire, or null. */
function objection(address: string, { keywords }: SmtpCapabilities, host: string): string | null {
  // An angle bracket or a control character would end the command and begin another.
  if (address === '' || /[<>\p{Cc}]/u.test(address)) return 'not an address that SMTP can carry';
  if (/[^\x20-\x7e]/.test(address) && !keywords.has('SMTPUTF8'))
    return `${host} takes no addresses beyond ASCII (it lacks SMTPUTF8)`;
  return null;
}

/** What MAIL FROM and RCPT TO say beside the addresses; nodemailer adds SMTPUTF8 where an address needs it. */
export function envelopeFor(message: OutgoingMessage, to: string[]): Envelope {
  const { from, octets } = message;
  return { from, to, size: octets.length, use8BitMime: octets.some((octet) => octet > 0x7f) };
}

/**
 * A 5xx is for good, except those that speak of the session and not of the message: 503 (bad sequence of commands), 421,
 * and 530 (a login is wanted first).
 */
export function isFinal(reply: string): boolean {
  const code = codeOf(reply);
  return code >= 500 && code !== 503 && code !== 530;
}

/** One verdict for each address of the envelope. `final` is the reply to DATA; null: it took the message. */
export function verdictsOf(envelope: Envelope, final: string | null): RecipientVerdict[] {
  const replies = new Map(
    (envelope.rejectedErrors ?? []).map((error) => [error.recipient ?? '', error.response ?? '']),
  );
  return envelope.to.map((address) => {
    const reply = replies.get(address) ?? final;
    if (reply === null) return { address, kind: 'accepted' };
    return { address, kind: isFinal(reply) ? 'refused' : 'deferred', reply: told(reply) };
  });
}
