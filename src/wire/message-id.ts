/** Finds the Message-ID of a message without parsing the message. */

import { hash } from 'node:crypto';

/** Octets that are looked through: no honest header is longer. */
export const longestHeader = 65_536;

const LF = 0x0a;
const CR = 0x0d;
const [tab, blank] = [0x09, 0x20];
/** `M` and `m`. */
const initials = [0x4d, 0x6d];
const messageIdField = /^message-id[ \t]*:/i;
const hexDigits = 16;

/** First 64 bits (hex) of the SHA-256 of `messageIdOf`; null where the header has none. */
export function messageIdHash(octets: Buffer): string | null {
  return hashOfMessageId(messageIdOf(octets));
}

export function hashOfMessageId(id: string | null): string | null {
  if (id === null) return null;
  return hash('sha256', Buffer.from(id, 'latin1'), 'buffer').toString('hex', 0, hexDigits / 2);
}

/**
 * The Message-ID of a message, with CRLF or LF, of which the header is enough: the first field of that name in any case of its
 * letters, unfolded, from `<` to `>` where they are there (RFC 5322 3.6.4), a character an octet. Null where the header has none.
 */
export function messageIdOf(octets: Buffer): string | null {
  const field = fieldOf(octets.subarray(0, longestHeader));
  if (field === null) return null;
  const unfolded = field.replace(/\r?\n/g, '').trim();
  const id = /<[^>]*>/.exec(unfolded)?.[0] ?? unfolded;
  return id === '' ? null : id;
}

/** Of the field alone a string is made: of whole headers they would be most of what a first sync leaves to be collected. */
function fieldOf(octets: Buffer): string | null {
  for (let at = 0; at < octets.length && !isEmptyLine(octets, at); at = lineAfter(octets, at)) {
    if (!initials.includes(octets[at] ?? 0)) continue;
    const name = messageIdField.exec(octets.toString('latin1', at, lineAfter(octets, at)))?.[0];
    if (name !== undefined)
      return octets.toString('latin1', at + name.length, fieldEnd(octets, at));
  }
  return null;
}

/** Header and body are parted by it (RFC 5322 2.1). */
function isEmptyLine(octets: Buffer, at: number): boolean {
  return octets[at] === LF || (octets[at] === CR && octets[at + 1] === LF);
}

function lineAfter(octets: Buffer, at: number): number {
  const end = octets.indexOf(LF, at);
  return end === -1 ? octets.length : end + 1;
}

/** Folded lines begin with a blank or a tab (RFC 5322 2.2.3). */
function fieldEnd(octets: Buffer, at: number): number {
  let end = lineAfter(octets, at);
  while (octets[end] === blank || octets[end] === tab) end = lineAfter(octets, end);
  return end;
}
