/** The first line of a POP3 response, and what a refusal means (RFC 1939 section 3, RFC 2449 section 8, RFC 3206). */

import {
  CredentialsError,
  RefusedError,
  TemporaryError,
  type ErrorDetails,
  type PosthornError,
} from '../../errors.ts';
import { saysNotNow, suggestedPauseMs } from '../../wire/not-now.ts';
import { printable } from '../../wire/printable.ts';

export interface Reply {
  /** continue: a challenge of AUTH (RFC 5034), `text` its base64. */
  readonly kind: 'ok' | 'error' | 'continue';
  readonly text: string;
  /** Extended response code in upper case without brackets, e.g. `IN-USE`, `SYS/TEMP`. */
  readonly code: string | null;
}

/** Null where it is no POP3. */
export function parseReply(line: Buffer): Reply | null {
  const text = line.toString('utf8');
  const [, status = '', words = ''] =
    /^(\+OK|-ERR|\+)(?:[ \t]+(.*))?$/is.exec(text.trimEnd()) ?? [];
  const code = /^\[([A-Z0-9/_-]+)\]/i.exec(words)?.[1]?.toUpperCase() ?? null;
  switch (status.toUpperCase()) {
    case '+OK':
      return { kind: 'ok', text: words, code };
    case '-ERR':
      return { kind: 'error', text: words, code };
    case '+':
      return { kind: 'continue', text: words, code: null };
    default:
      return null;
  }
}

/** Continues a message: `: “what the server said”`, or nothing. */
export function said(reply: Reply): string {
  return reply.text === '' ? '' : `: ${printable(reply.text)}`;
}

/** The error for a refused command that is no login. Without a code it is taken as refused for now. */
export function refusal(what: string, reply: Reply, details: ErrorDetails = {}): PosthornError {
  const message = `the server refused ${what}${said(reply)}`;
  if (reply.code === 'SYS/PERM') return new RefusedError(message, { retry: 'later', ...details });
  return new TemporaryError(message, {
    remedy: 'posthorn tries again at the next poll.',
    ...pauseOf(reply),
    ...details,
  });
}

/** A refused login: credentials, unless the server says that it is something else. */
export function loginRefusal(reply: Reply): PosthornError {
  const message = `the server refused the login${said(reply)}`;
  if (isNotNow(reply)) {
    const remedy =
      'Wait, or close the other program that reads this mailbox; posthorn tries again.';
    return new TemporaryError(message, { layer: 'login', remedy, ...pauseOf(reply) });
  }
  if (reply.code === 'SYS/PERM') {
    const remedy = 'Ask the provider: the server calls it a lasting failure of its own.';
    return new RefusedError(message, { layer: 'login', remedy });
  }
  const remedy = 'Check the user name and the password, and that the provider allows POP3.';
  return new CredentialsError(message, { layer: 'login', remedy });
}

const busyCodes = new Set(['IN-USE', 'LOGIN-DELAY', 'SYS/TEMP']);
const finalCodes = new Set(['AUTH', 'SYS/PERM']);

/** RFC 2449 section 8 and RFC 3206: the code says it. Without one that is known the words count. */
export function isNotNow({ code, text }: Reply): boolean {
  if (code !== null && busyCodes.has(code)) return true;
  if (code !== null && finalCodes.has(code)) return false;
  return saysNotNow(text);
}

function pauseOf({ text }: Reply): { pauseMs?: number } {
  const pauseMs = suggestedPauseMs(text);
  return pauseMs === null ? {} : { pauseMs };
}
