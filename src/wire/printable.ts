/** Text from a server made fit to be shown: no secret of ours, no control characters, no reordering, no more than a line. */

import { redacted } from './redaction.ts';

// C0, DEL and C1 steer terminals; the Unicode line separators and bidirectional controls disguise what is shown.
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A server's line may be of any length; nobody is shown more than the beginning. */
const longest = 8 * 1024;

/** `text` without secrets, each unsafe character as `?`, cut to `limit` characters. Octets are read as UTF-8. */
export function printable(text: string | Uint8Array, limit = 200): string {
  const decoded = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
  const shown = redacted(decoded.slice(0, longest))
    .slice(0, limit + 1)
    .replace(unsafe, '?');
  return shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown;
}
