/** Why a connection is no more. */

import { RefusedError, TemporaryError, type PosthornError } from '../../errors.ts';
import { printable } from '../../wire/printable.ts';
import { throttled } from './answers/refusal.ts';

/** `bye`: the server's last words. `failure`: what imapflow or the socket said. */
export function lossOf(bye: string | undefined, failure: Error | undefined): PosthornError {
  if (bye !== undefined) {
    const words = printable(bye);
    const pause = throttled({ code: '', text: words }, 'session');
    return pause ?? broken(`the server hung up: “${words}”`);
  }
  if (failure === undefined) return broken('the connection to the server broke');
  const endless = tooLarge(failure);
  if (endless !== undefined) return endless;
  const detail = { detail: printable(failure.message), cause: failure };
  return broken('the connection to the server broke', detail);
}

/** The answer to one command has more octets than this. */
export function endlessAnswer(octets: number): PosthornError {
  return tooMuch(`an answer of more than ${inMebi(octets)}`);
}

function broken(message: string, details: { detail?: string; cause?: unknown } = {}) {
  const remedy = 'It is tried again at the next sync.';
  return new TemporaryError(message, { layer: 'session', remedy, ...details });
}

/** imapflow's own limits, which openConnection sets. */
function tooLarge(error: Error): PosthornError | undefined {
  const { code, maxSize } = error as { code?: string; maxSize?: number };
  const what = {
    LineTooLarge: 'a line',
    LiteralTooLarge: 'a string',
    ResponseTooLarge: 'an answer',
  };
  const found = Object.entries(what).find(([name]) => name === code)?.[1];
  if (found !== undefined) return tooMuch(`${found} of more than ${inMebi(maxSize ?? 0)}`);
  return code === 'TooManyTokens' ? tooMuch('an answer of too many words') : undefined;
}

function tooMuch(what: string): RefusedError {
  return new RefusedError(`the server sends ${what}, which was not read any further`, {
    retry: 'later',
    layer: 'session',
    remedy: 'Tell the provider; no mailbox of a person needs as much.',
  });
}

function inMebi(octets: number): string {
  return `${Math.round(octets / (1024 * 1024))} MiB`;
}
