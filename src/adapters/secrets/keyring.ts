/** The secrets that the keyring of the desktop session keeps for posthorn. */

import { randomUUID } from 'node:crypto';
import { CredentialsError, TemporaryError } from '../../errors.ts';
import type { KeyringState } from '../../ports/accounts/secrets.ts';
import { KeyringFailure } from './keyring-failure.ts';
import { askKeyring, type KeyringProcess } from './keyring-process.ts';
import type { KeyringRequest } from './keyring-request.ts';

/** Long enough for somebody who is asked to unlock it. */
const deadlineMs = 30_000;
const probeMs = 2_000;

export interface Keyring {
  /** CredentialsError: it answers, and holds no such secret. TemporaryError: no answer. */
  read(key: string, signal?: AbortSignal): Promise<string>;
  write(key: string, secret: string): Promise<void>;
  remove(key: string): Promise<void>;
  state(deadline?: number): Promise<KeyringState>;
}

export function createKeyring(through: KeyringProcess): Keyring {
  const ask = oneAtATime((request: KeyringRequest, deadline: number, signal?: AbortSignal) =>
    askKeyring(through, request, deadline, signal),
  );
  return {
    read: async (key, signal) => {
      const secret = await ask({ kind: 'read', key }, deadlineMs, signal).catch(unreadable);
      if (secret === null) throw notThere(key);
      return secret;
    },
    write: async (key, secret) => {
      await ask({ kind: 'write', key, secret }, deadlineMs).catch(unwritable);
    },
    remove: async (key) => {
      await ask({ kind: 'remove', key }, deadlineMs).catch((error: unknown) => {
        throw stays(error, key);
      });
    },
    state: async (deadline = probeMs) => {
      const request = { kind: 'try', key: `probe.${randomUUID()}`, secret: randomUUID() } as const;
      return ask(request, deadline).then(() => ({ answers: true, why: null }), noAnswer);
    },
  };
}

type Ask = (
  request: KeyringRequest,
  deadline: number,
  signal?: AbortSignal,
) => Promise<string | null>;

/**
 * Two questions at once could show two windows that ask to unlock the same keyring. Where one went unanswered, those that waited
 * behind it are not asked: each would wait as long.
 */
function oneAtATime(ask: Ask): Ask {
  let last: Promise<unknown> = Promise.resolve();
  let asked = 0;
  let silence = { error: new KeyringFailure(''), upTo: 0 };
  return (...question) => {
    const number = (asked += 1);
    const turn = last.then(() => {
      if (number <= silence.upTo) throw silence.error;
      return ask(...question);
    });
    last = turn.catch((error: unknown) => {
      const isNew = error instanceof KeyringFailure && error.isSilent && number > silence.upTo;
      if (isNew) silence = { error, upTo: asked };
    });
    return turn;
  };
}

function whyOf(error: unknown): string {
  if (error instanceof KeyringFailure) return error.why;
  throw error;
}

function noAnswer(error: unknown): KeyringState {
  return { answers: false, why: whyOf(error) };
}

function unreadable(error: unknown): never {
  throw new TemporaryError(`the keyring does not give the password: ${whyOf(error)}`, {
    cause: error,
    remedy:
      'Unlock it on the desktop. Cron, services and ssh often cannot reach it: for them, keep the password in a file with posthorn account edit NAME --no-password-keyring --password-stdin',
  });
}

function unwritable(error: unknown): never {
  throw new TemporaryError(`the keyring does not take the password: ${whyOf(error)}`, {
    cause: error,
    remedy: 'Unlock it on the desktop, or keep the password in a file: --no-password-keyring.',
  });
}

function stays(error: unknown, key: string): TemporaryError {
  return new TemporaryError(`a password stays in the keyring: ${whyOf(error)}`, {
    cause: error,
    remedy: `Remove it there, on the desktop: service posthorn, user ${key}.`,
  });
}

function notThere(key: string): CredentialsError {
  return new CredentialsError(`the keyring holds no password for it (service posthorn, ${key})`, {
    remedy: 'Set it again: posthorn account passwd NAME',
  });
}
