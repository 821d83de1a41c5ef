/** What the server's refusals mean: response codes of RFC 5530 and RFC 9051, section 7.1, as classified errors. */

import {
  CredentialsError,
  RefusedError,
  TemporaryError,
  type PosthornError,
  type Reach,
} from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import { humanText, responseCode, type Answer } from './tokens.ts';

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

/** `words`: what the server said where it broke the form of an answer. */
export function readRefusal(
  status: string | undefined,
  answer: Answer | undefined,
  words = '',
): Refusal {
  return {
    status: status === 'BAD' ? 'BAD' : 'NO',
    code: printable(responseCode(answer)?.name ?? '', 40),
    text: printable(humanText(answer) || words),
  };
}

/** Codes that say: not now (RFC 5530, section 3). */
const temporaryCodes = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'CONTACTADMIN']);

/** Exchange logs a user in whose mailbox it cannot reach, and says so at every command that follows. */
const notConnected = /authenticated but not connected/i;

/** Servers without response codes say it in words. */
const notNow = /temporar|try again|too many|unavailable|overload|maximum number of/i;

export function isTemporary(refusal: Refusal): boolean {
  return temporaryCodes.has(refusal.code) || notConnected.test(refusal.text);
}

/** As a phrase: `it says “…”`, or nothing to add. */
export function said({ code, text }: Refusal): string {
  const words = [code === '' ? '' : `[${code}]`, text].filter((part) => part !== '').join(' ');
  return words === '' ? '' : `: “${words}”`;
}

export function loginFailure(refusal: Refusal, mechanism: string, account: string): PosthornError {
  const details = { layer: 'login' as const, detail: `${mechanism}: ${refusal.status}` };
  const told = said(refusal);
  const inWords = ['', 'ALERT'].includes(refusal.code) && notNow.test(refusal.text);
  if (isTemporary(refusal) || inWords) {
    const remedy = 'Try again later; the server lets nobody in, or not so many at once.';
    return new TemporaryError(`the server could not log in${told}`, { ...details, remedy });
  }
  if (refusal.code === 'PRIVACYREQUIRED') {
    const remedy = 'Set `security: tls` or `security: starttls`.';
    return new RefusedError(`the server wants encryption first${told}`, { ...details, remedy });
  }
  return new CredentialsError(`${loginPhrase(refusal)}${told}`, {
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
