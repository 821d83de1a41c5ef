/** Text from a server made fit to be shown: no secret of ours, no control characters, no reordering, no more than a line. */

import { printable as withoutControls } from '../printable.ts';
import { redacted } from './redaction.ts';

/** A server's line may be of any length; nobody is shown more than the beginning. */
const longest = 8 * 1024;

/** `text` without secrets, each unsafe character as `?`, cut to `limit` characters. Octets are read as UTF-8. */
export function printable(text: string | Uint8Array, limit = 200): string {
  const decoded = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
  const shown = withoutControls(redacted(decoded.slice(0, longest)).slice(0, limit + 1));
  return shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown;
}
