/** Who can be addressed at all on this server, and what MAIL FROM says. */

import { RefusedError } from '../../errors.ts';
import type { OutgoingMessage, RecipientVerdict } from '../../ports/sending/mail-sender.ts';
import { printable } from '../../wire/printable.ts';
import type { SmtpCapabilities } from './capabilities.ts';
import type { Envelope } from './transaction.ts';

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
  if (isBeyondAscii(address) && !keywords.has('SMTPUTF8'))
    return `${host} takes no addresses beyond ASCII (it lacks SMTPUTF8)`;
  return null;
}

/** What is said of the message beside the addresses: RFC 1870 (SIZE), 6152 (8BITMIME), 6531 3.4 (SMTPUTF8). */
export function envelopeFor(
  { from, octets }: OutgoingMessage,
  to: readonly string[],
  { keywords }: SmtpCapabilities,
): Envelope {
  const is8Bit = keywords.has('8BITMIME') && octets.some((octet) => octet > 0x7f);
  const parameters = [
    ...(keywords.has('SIZE') ? [`SIZE=${octets.length}`] : []),
    ...(is8Bit ? ['BODY=8BITMIME'] : []),
    ...([from, ...to].some(isBeyondAscii) ? ['SMTPUTF8'] : []),
  ];
  return { from, to, parameters };
}

export function isBeyondAscii(address: string): boolean {
  return /[^\x20-\x7e]/.test(address);
}
