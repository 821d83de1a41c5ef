/** What can go wrong in a session of SMTP, in the words of people. */

import {
  CredentialsError,
  RefusedError,
  TemporaryError,
  type ErrorDetails,
  type Layer,
  type PosthornError,
} from '../../errors.ts';
import { connectionError, cutError, timeoutError } from '../../wire/connection-error.ts';
import type { Peer } from '../../wire/connect.ts';
import { printable } from '../../wire/printable.ts';

/** What nodemailer adds to its errors, as far as it is read here. */
export interface LibraryError extends Error {
  readonly code?: string | undefined;
  /** The code before nodemailer put its own in its place. */
  readonly originalCode?: string | undefined;
  readonly timeoutType?: string | undefined;
  /** The server's reply, its code included. */
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly command?: string | undefined;
}

/** The code of a reply; 0 where it has none. */
export function codeOf(reply: string): number {
  return Number(/^\d{3}/.exec(reply)?.[0] ?? 0);
}

/** A reply as one line that can be shown: the lines of a long one are joined, their codes said once. */
export function told(reply: string): string {
  return printable(reply.replace(/\r?\n\d{3}[ -]?(?:\d\.\d{1,3}\.\d{1,3} )?/g, ' ').trim(), 300);
}

/** Why the connection is of no use any more. */
export function brokenBy(
  error: LibraryError,
  peer: Peer,
  layer: Layer,
  answerMs: number,
): PosthornError {
  const { host, port } = peer;
  const { code, response } = error;
  if (error.timeoutType === 'SOCKET_TIMEOUT') return timeoutError(host, port, answerMs, layer);
  if (code === 'ETLS')
    return response === undefined ? cutError(host, port, 'tls') : noTls(response);
  if (response !== undefined) return turnedAway(response, peer, layer, error);
  if (code === 'EPROTOCOL') return notSmtp(peer, layer, error);
  if (code === 'ECONNECTION') return cutError(host, port, layer);
  const cause = Object.assign(new Error(error.message, { cause: error }), {
    code: error.originalCode ?? code,
  });
  return connectionError(cause, host, port);
}

function noTls(response: string): PosthornError {
  const details = { layer: 'tls', detail: told(response) } as const;
  // RFC 3207 section 4: 454 TLS not available due to temporary reason.
  if (codeOf(response) === 454)
    return new TemporaryError(`the server can't do STARTTLS just now: ${told(response)}`, details);
  return new RefusedError(`the server does not offer STARTTLS: ${told(response)}`, {
    ...details,
    remedy: 'Set `security: tls`, which usually has port 465.',
  });
}

/** A greeting that is none, a refused EHLO, or 421 at any time (RFC 5321 3.8). */
export function turnedAway(
  reply: string,
  { host, port }: Peer,
  layer: Layer,
  cause?: unknown,
): PosthornError {
  const code = codeOf(reply);
  const message = `${host}:${port} ends the session: ${told(reply)}`;
  if (code >= 500)
    return new RefusedError(message, {
      layer,
      cause,
      remedy: 'Check host and port, and ask the provider.',
    });
  if (code < 400) return notSmtp({ host, port }, layer, cause);
  return new TemporaryError(message, {
    layer,
    cause,
    remedy: 'The server may be busy, or allow fewer connections; posthorn tries again.',
  });
}

function notSmtp({ host, port }: Peer, layer: Layer, cause: unknown): PosthornError {
  return new RefusedError(`${host}:${port} answers, but not as a mail server (SMTP) does`, {
    layer,
    cause,
    remedy: 'Check host and port.',
  });
}

/** A reply to AUTH that is no success (RFC 4954 section 6). */
export function loginRefusal(reply: string, mechanism: string): PosthornError {
  const code = codeOf(reply);
  const details: ErrorDetails = { layer: 'login', detail: told(reply) };
  // 432: the password must be changed first; a 4xx that waiting does not mend.
  if (code >= 400 && code < 500 && code !== 432)
    return new TemporaryError(`the login failed for now: ${told(reply)}`, {
      ...details,
      remedy: 'The server may be busy or may have seen too many logins; posthorn tries again.',
    });
  // 500–504: the server does not know the command or the mechanism; nothing was said about the password.
  if (code >= 500 && code <= 504)
    return new RefusedError(`the server does not take ${mechanism}: ${told(reply)}`, {
      ...details,
      remedy: 'Set `outgoing.auth` to another method, or to `auto`.',
    });
  return new CredentialsError(`user name or password was refused: ${told(reply)}`, {
    ...details,
    remedy:
      'Check user name and password of the outgoing server; some providers ask for an app password.',
  });
}

/** 530 to MAIL FROM or RCPT TO (RFC 4954 section 6): the account lacks a login; the message is blameless. */
export function loginWanted(reply: string): PosthornError {
  return new CredentialsError(`the server wants a login first: ${told(reply)}`, {
    layer: 'session',
    remedy: 'Set `outgoing.credentials` to `same` or `own`.',
  });
}
