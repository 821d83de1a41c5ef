/** What may be a secret: text of one line, which no protocol can mistake for something else. */

import { CredentialsError } from '../../errors.ts';

/** Octets that are read of a secret at most; more is no password. */
export const longestSecret = 64 * 1024;

/** As mbsync, msmtp and pass(1) have it: the password is the first line, what follows is somebody's notes. */
export function firstLine(text: string): string {
  return text.replace(/\r?\n[^]*$/, '');
}

export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/**
 * Gives the secret back, or throws CredentialsError: an empty one, or one with control characters, which could end a command
 * line of IMAP or POP3, or a SASL PLAIN message, whose parts NUL divides (RFC 4616 2).
 */
export function checkSecret(secret: string, what: string): string {
  if (secret === '') throw new CredentialsError(`${what} is empty`, { remedy: 'Set a password.' });
  if (/\p{Cc}/u.test(secret)) {
    throw new CredentialsError(`${what} holds control characters`, {
      remedy: 'See that it is one line of plain text.',
    });
  }
  return secret;
}

/** UTF-8, a byte order mark taken off. */
export function decodeSecret(octets: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch (cause) {
    throw new CredentialsError(`${what} is no UTF-8 text`, {
      cause,
      remedy: 'Write it as UTF-8, one line of plain text.',
    });
  }
}
