/** What the server's refusals mean: response codes of RFC 5530 and RFC 9051, section 7.1, as classified errors. */

import {
  CredentialsError,
  RefusedError,
  TemporaryError,
  type PosthornError,
  type Layer,
  type Reach,
} from '../../../errors.ts';
import { printable } from '../../../wire/printable.ts';
import { saysAccountLimit, saysNotNow, suggestedPauseMs } from '../../../wire/not-now.ts';
import type { StatusLine } from './status-line.ts';

/** What a refused command left behind. */
export interface Refusal {
  readonly status: 'NO' | 'BAD';
  /** Response code in upper case, `''` without one. */
  readonly code: string;
  /** The server's words, fit to be shown. */
  readonly text: string;
}

/** A command that the server answered with NO or BAD; never leaves this adapter. */
export class RefusedCommand extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`${refusal.status} ${refusal.text}`);
    this.refusal = refusal;
  }
}

/** Codes that say: not now (RFC 5530, section 3). */
const temporaryCodes = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'CONTACTADMIN']);

/** Exchange logs a user in whose mailbox it cannot reach, and says so at every command that follows. */
const notConnected = /authenticated but not connected/i;

/** Codes that say what it is, so that words beside them don't count. */
const decidedCodes = new Set([
  ...['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED', 'PRIVACYREQUIRED'],
  ...['NOPERM', 'NONEXISTENT', 'ALREADYEXISTS', 'TRYCREATE', 'TOOBIG', 'CANNOT'],
]);

/** Most servers say it in words, with ALERT or a code of their own. */
export function isTemporary({ code, text }: Refusal): boolean {
  if (temporaryCodes.has(code) || notConnected.test(text)) return true;
  return !decidedCodes.has(code) && saysNotNow(text);
}

/** Asked for the next folder or message it would say the same, and for longer. */
export function isAccountLimit(refusal: Refusal): boolean {
  return !decidedCodes.has(refusal.code) && saysAccountLimit(refusal.text);
}

/** The server has had enough of this account, whatever is asked for: then it is left alone at once, for as long as it says. */
export function throttled(
  refusal: Pick<Refusal, 'code' | 'text'>,
  layer: Layer,
): TemporaryError | undefined {
  const pauseMs = suggestedPauseMs(refusal.text);
  if (pauseMs === null) return undefined;
  const pause = `${Math.ceil(pauseMs / 1000)} s`;
  return new TemporaryError(`the server asks for a pause of ${pause}${said(refusal)}`, {
    layer,
    pauseMs,
    remedy: 'It is tried again after that.',
  });
}

/** `words`: what the server said where it broke the form of an answer. */
export function readRefusal(
  status: 'NO' | 'BAD',
  line: StatusLine | undefined,
  words = '',
): Refusal {
  return { status, code: line?.code ?? '', text: printable(line?.text ?? words) };
}

/** As a phrase: `it says “…”`, or nothing to add. */
export function said({ code, text }: Pick<Refusal, 'code' | 'text'>): string {
  const words = [code === '' ? '' : `[${code}]`, text].filter((part) => part !== '').join(' ');
  return words === '' ? '' : `: “${words}”`;
}

export function loginFailure(refusal: Refusal, mechanism: string, account: string): PosthornError {
  const details = { layer: 'login' as const, detail: `${mechanism}: ${refusal.status}` };
  const words = said(refusal);
  const pause = throttled(refusal, 'login');
  if (pause !== undefined) return pause;
  if (isTemporary(refusal) || refusal.code === 'OVERQUOTA') {
    const remedy = 'Try again later; the server lets nobody in, or not so many at once.';
    return new TemporaryError(`the server could not log in${words}`, { ...details, remedy });
  }
  if (refusal.code === 'PRIVACYREQUIRED') {
    const remedy = 'Set `security: tls` or `security: starttls`.';
    return new RefusedError(`the server wants encryption first${words}`, { ...details, remedy });
  }
  // RFC 9051, section 7.1.3: BAD is about the form of the command; the password was never looked at.
  if (refusal.status === 'BAD') {
    const remedy = 'Set `auth` to another method that the server offers.';
    const message = `the server does not take a login by ${mechanism}${words}`;
    return new RefusedError(message, { ...details, remedy });
  }
  return new CredentialsError(`${loginPhrase(refusal)}${words}`, {
    ...details,
    remedy: loginRemedy(refusal, account),
  });
}

function loginPhrase({ code }: Refusal): string {
  if (code === 'EXPIRED') return 'the password has expired';
  if (code === 'AUTHORIZATIONFAILED') return 'the user may not open this mailbox';
  return 'the server refused name or password';
}

function loginRemedy({ code }: Refusal, account: string): string {
  if (code === 'EXPIRED') return 'Set a new password at the provider, then store it here.';
  if (code === 'AUTHORIZATIONFAILED')
    return 'Check the user name, and ask the provider for access.';
  return (
    'Check user name and password; many providers want an app password for mail programs. ' +
    `Then: posthorn account test ${account}`
  );
}

/** A refused command on one folder or message. `what` goes before the server's words, e.g. `the folder cannot be opened`. */
export function commandFailure(what: string, refusal: Refusal, reach: Reach): PosthornError {
  const message = `${what}${said(refusal)}`;
  const details = { reach, layer: 'session' as const };
  if (isAccountLimit(refusal)) {
    const remedy = 'The account is left alone until the next sync.';
    return new TemporaryError(message, { ...details, reach: 'account', remedy });
  }
  if (isTemporary(refusal)) {
    return new TemporaryError(message, { ...details, remedy: 'Try again later.' });
  }
  switch (refusal.code) {
    case 'NOPERM':
      return new CredentialsError(message, {
        ...details,
        remedy: 'Ask whoever owns the folder for access, or leave the folder out.',
      });
    case 'OVERQUOTA':
      return new TemporaryError(message, { ...details, remedy: 'Make room in the mailbox.' });
    case 'TOOBIG':
      return new RefusedError(message, {
        ...details,
        reach: 'message',
        remedy: 'The server takes no message of this size.',
      });
    default:
      return new TemporaryError(message, {
        ...details,
        remedy: 'It is tried again at the next sync.',
      });
  }
}
