/** Finds the Message-ID of a message without parsing the message. */

import { hash } from 'node:crypto';

/** Octets that are looked through: no honest header is longer. */
export const longestHeader = 65_536;

/** The empty line, or the line end before the first one where the header is empty. */
const endOfHeader = /(?:^|\n)\r?\n/;
const messageIdField = /(?:^|\n)message-id[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)/i;
const usualHeader = 4096;
const hexDigits = 16;

/** First 64 bits (hex) of the SHA-256 of `messageIdOf`; null where the header has none. */
export function messageIdHash(octets: Buffer): string | null {
  return hashOfMessageId(messageIdOf(octets));
}

export function hashOfMessageId(id: string | null): string | null {
  return id === null ? null : hash('sha256', Buffer.from(id, 'latin1'), 'hex').slice(0, hexDigits);
}

/**
 * The Message-ID of a message, with CRLF or LF, of which the header is enough: the first field of that name in any case of its
 * letters, unfolded, from `<` to `>` where they are there (RFC 5322 3.6.4), a character an octet. Null where the header has none.
 */
export function messageIdOf(octets: Buffer): string | null {
  const header = headerOf(octets);
  const field = messageIdField.exec(header)?.[1];
  if (field === undefined) return null;
  const unfolded = field.replace(/\r?\n/g, '').trim();
  const id = /<[^>]*>/.exec(unfolded)?.[0] ?? unfolded;
  return id === '' ? null : id;
}

/** Of little is made a string, since nearly all headers are short. */
function headerOf(octets: Buffer): string {
  const beginning = octets.toString('latin1', 0, usualHeader);
  const end = endOfHeader.exec(beginning)?.index;
  if (end !== undefined) return beginning.slice(0, end);
  const all = octets.toString('latin1', 0, longestHeader);
  return all.slice(0, endOfHeader.exec(all)?.index);
}
