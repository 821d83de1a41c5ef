/** A finished message as sendmail(8) takes it: who it goes to, and what its header still lacks. */

import { DataError } from '../../errors.ts';
import type {
  Composed,
  MessageCodec,
  SubmissionOptions,
} from '../../ports/sending/message-codec.ts';
import { toCrlf } from '../../wire/crlf.ts';
import {
  envelopeAddress,
  firstAddress,
  parseHeaderMailboxes,
  parseMailboxes,
  unique,
} from './addresses.ts';
import { encodedPhrase, readable } from './encoded-words.ts';
import { firstValue, splitMessage, valueOf, type Field } from './header.ts';
import { newMessageId, type RandomBytes } from './message-id.ts';

/** The codec of whoever sends finished messages alone. */
export function createSubmission(randomBytes: RandomBytes): Pick<MessageCodec, 'submit'> {
  return {
    submit: async (raw, options) => {
      await Promise.resolve();
      return submitMessage(raw, options, (sender) => newMessageId(randomBytes, sender));
    },
  };
}

/** `newId` makes a Message-ID for a sender's address. Errors: DataError (65). */
export function submitMessage(
  raw: Buffer,
  options: SubmissionOptions,
  newId: (sender: string) => string,
): Composed {
  if (raw.length === 0)
    throw new DataError('the message is empty', { remedy: 'Give it on standard input.' });
  const { fields, rest } = splitMessage(withoutMboxLine(toCrlf(raw)));
  const resent = resentBlock(fields);
  const recipients = recipientsOf(fields, resent, options);
  const kept = fields.filter((field) => !isHidden(field) && !isToBeFilledIn(field));
  const messageId = messageIdOf(kept) ?? newId(envelopeAddress(options.sender.address));
  const added = missingFields(kept, options, messageId);
  return {
    octets: Buffer.concat([...kept.map(({ octets }) => octets), Buffer.from(added), rest]),
    from: envelopeFrom(kept, resent, options),
    recipients,
    messageId,
    subject: readable(firstValue(kept, 'subject') ?? ''),
  };
}

/** The line that mbox files put before each message; some programs leave it in. */
function withoutMboxLine(octets: Buffer): Buffer {
  if (octets.subarray(0, 5).toString('latin1') !== 'From ') return octets;
  const end = octets.indexOf('\r\n');
  return end < 0 ? octets : octets.subarray(end + 2);
}

/** RFC 5322 3.6.3: Bcc names who is not to be seen. */
function isHidden({ name }: Field): boolean {
  return name === 'bcc' || name === 'resent-bcc';
}

/** There without a value: as good as missing (RFC 5322 3.6), and two of a name would be wrong. */
function isToBeFilledIn(field: Field): boolean {
  return ['message-id', 'from', 'date'].includes(field.name) && valueOf(field) === '';
}

function messageIdOf(fields: readonly Field[]): string | null {
  const value = firstValue(fields, 'message-id');
  return value === null ? null : (/<[^<>\s]+>/.exec(value)?.[0] ?? readable(value));
}

/**
 * The fields of the latest resending (RFC 5322 3.6.6: each resending puts a block of its own at the top, in which a name
 * stands once), or none.
 */
function resentBlock(fields: readonly Field[]): Field[] {
  const block: Field[] = [];
  for (const field of fields.filter(({ name }) => name.startsWith('resent-'))) {
    if (block.some(({ name }) => name === field.name)) break;
    block.push(field);
  }
  return block;
}

function recipientsOf(
  fields: readonly Field[],
  resent: readonly Field[],
  options: SubmissionOptions,
): string[] {
  const typed = options.recipients.flatMap((text) => parseMailboxes(text));
  const named = options.recipientsFromHeader ? namedIn(fields, resent) : [];
  const recipients = unique([...typed, ...named].map(({ address }) => address));
  if (recipients.length > 0) return recipients;
  throw new DataError('the message has no recipient', {
    remedy: options.recipientsFromHeader
      ? 'Give one in To, Cc or Bcc, or on the command line.'
      : 'Name one on the command line, or use -t for those in the header.',
  });
}

function namedIn(fields: readonly Field[], resent: readonly Field[]) {
  const targets =
    resent.length > 0
      ? resent.filter(({ name }) => /^resent-(?:to|cc|bcc)$/.test(name))
      : fields.filter(({ name }) => /^(?:to|cc|bcc)$/.test(name));
  return targets.flatMap((field) => parseHeaderMailboxes(valueOf(field)));
}

/** -f, else the one who sent it (RFC 5322 3.6.2: From may name several), else the account. */
function envelopeFrom(
  fields: readonly Field[],
  resent: readonly Field[],
  options: SubmissionOptions,
): string {
  if (options.from !== null) return givenFrom(options.from);
  const values =
    resent.length > 0
      ? [firstValue(resent, 'resent-sender'), firstValue(resent, 'resent-from')]
      : [firstValue(fields, 'sender'), firstValue(fields, 'from')];
  for (const value of values) {
    const address = value === null ? null : firstAddress(value);
    if (address !== null) return address;
  }
  return envelopeAddress(options.sender.address);
}

/** `<>` is the sender of a bounce (RFC 5321 4.5.5). */
function givenFrom(text: string): string {
  const bare = text.trim().replace(/^<(.*)>$/, '$1');
  return bare === '' ? '' : envelopeAddress(bare);
}

/** RFC 5322 3.6: Date and From must be there, Message-ID should. */
function missingFields(
  fields: readonly Field[],
  { sender, date }: SubmissionOptions,
  messageId: string,
): string {
  const lines: string[] = [];
  const lacks = (name: string) => !fields.some((field) => field.name === name);
  if (lacks('date')) lines.push(`Date: ${dateText(date)}`);
  if (lacks('from')) lines.push(`From: ${mailboxText(sender)}`);
  if (lacks('message-id')) lines.push(`Message-ID: ${messageId}`);
  return lines.map((line) => `${line}\r\n`).join('');
}

function mailboxText({ name = '', address }: SubmissionOptions['sender']): string {
  const clean = encodedPhrase(name.replace(/\p{Cc}+/gu, ' ').trim());
  const usable = envelopeAddress(address);
  if (clean === '') return usable;
  return `${clean}${clean.includes('=?') ? '\r\n' : ''} <${usable}>`;
}

/** RFC 5322 3.3, in UTC. */
function dateText(date: number): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}
