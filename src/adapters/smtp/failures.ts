/** What can go wrong in a session of SMTP, in the words of people. */

import {
  CredentialsError,
  RefusedError,
  TemporaryError,
  type ErrorDetails,
  type Layer,
  type PosthornError,
} from '../../errors.ts';
import type { Peer } from '../../wire/connect.ts';
import { saysNotNow } from '../../wire/not-now.ts';
import { isFinal, replyLine, type SmtpReply } from './reply.ts';

/** The answer to STARTTLS, where it is not 220. */
export function withoutTls(reply: SmtpReply): PosthornError {
  const detail = replyLine(reply);
  // RFC 3207 section 4: 454 TLS not available due to temporary reason.
  if (reply.code === 454)
    return new TemporaryError(`the server can't do STARTTLS just now: ${detail}`, {
      layer: 'tls',
      detail,
    });
  return new RefusedError(`the server does not offer STARTTLS: ${detail}`, {
    layer: 'tls',
    detail,
    remedy: 'Set `security: tls`, which usually has port 465.',
  });
}

/** A greeting that is none, a refused EHLO, or 421 at any time (RFC 5321 3.8). */
export function turnedAway(reply: SmtpReply, { host, port }: Peer, layer: Layer): PosthornError {
  const { code, text } = reply;
  const message = `${host}:${port} ends the session: ${replyLine(reply)}`;
  if (code >= 500 && !saysNotNow(text))
    return new RefusedError(message, {
      layer,
      remedy: 'Check host and port, and ask the provider.',
    });
  if (code < 400)
    return new RefusedError(`${host}:${port} answers, but not as a mail server (SMTP) does`, {
      layer,
      remedy: 'Check host and port.',
    });
  return new TemporaryError(message, {
    layer,
    remedy: 'The server may be busy, or allow fewer connections; posthorn tries again.',
  });
}

/** Postfix says so of any wrong password: what is unavailable is the reason, not the server. */
const reasonUnavailable = '(reason unavailable)';

/** A reply to AUTH that is no success (RFC 4954 section 6). */
export function loginRefusal(reply: SmtpReply, mechanism: string): PosthornError {
  const { code, text } = reply;
  const details: ErrorDetails = { layer: 'login', detail: replyLine(reply) };
  // 432: the password must be changed first; a 4xx that waiting does not mend.
  const isLater = code >= 400 && code < 500 && code !== 432;
  if (isLater || (code >= 500 && saysNotNow(text.replace(reasonUnavailable, ''))))
    return new TemporaryError(`the login failed for now: ${replyLine(reply)}`, {
      ...details,
      remedy: 'The server may be busy or may have seen too many logins; posthorn tries again.',
    });
  // 500–504: the server does not know the command or the mechanism; nothing was said about the password.
  if (code >= 500 && code <= 504)
    return new RefusedError(`the server does not take ${mechanism}: ${replyLine(reply)}`, {
      ...details,
      remedy: 'Set `outgoing.auth` to another method, or to `auto`.',
    });
  return new CredentialsError(`user name or password was refused: ${replyLine(reply)}`, {
    ...details,
    remedy:
      'Check user name and password of the outgoing server; some providers ask for an app password.',
  });
}

/** 530 to MAIL FROM or RCPT TO (RFC 4954 section 6): the account lacks a login; the message is blameless. */
export function loginWanted(reply: SmtpReply): PosthornError {
  return new CredentialsError(`the server wants a login first: ${replyLine(reply)}`, {
    layer: 'session',
    remedy: 'Set `outgoing.credentials` to `same` or `own`.',
  });
}

/** The answer to MAIL FROM, where it is not positive. */
export function refusedSender(reply: SmtpReply, from: string): PosthornError {
  if (reply.code === 530) return loginWanted(reply);
  const message = `the sender ${from === '' ? '<>' : from} was refused: ${replyLine(reply)}`;
  if (!isFinal(reply))
    return new TemporaryError(message, { reach: 'message', retry: 'later', layer: 'session' });
  return new RefusedError(message, {
    reach: 'message',
    retry: 'never',
    layer: 'session',
    remedy:
      'Check `identity.address`: the server may let this login send for other addresses only.',
  });
}

/** RFC 5321 3.3: the server speaks after the final dot, not before. */
export function outOfStep(reply: SmtpReply): PosthornError {
  return new TemporaryError(`the server answered before it had it all: ${replyLine(reply)}`, {
    layer: 'session',
  });
}
