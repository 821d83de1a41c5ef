/** An account for the tests of sending, and a session on it. */

import type { Account, OutgoingServer } from '../../../src/core/account/account.ts';
import { usualSync } from '../../../src/core/account/policy/sync-settings.ts';
import { createSmtpSender, type SmtpOptions } from '../../../src/adapters/smtp/smtp-sender.ts';
import type { SenderSession } from '../../../src/ports/sending/mail-sender.ts';
import type { Login } from '../../../src/ports/connection.ts';

export const mara: Login = { username: 'mara', password: 'geheim' };

export function accountFor(outgoing: Partial<OutgoingServer>): Account {
  return {
    name: 'mara',
    id: 'abc123',
    label: 'Mara',
    tags: [],
    type: 'imap',
    enabled: true,
    identity: { address: 'mara@brunnen.example' },
    outgoing: {
      host: '127.0.0.1',
      port: 1,
      security: 'none',
      auth: 'auto',
      allowInsecure: false,
      tls: {},
      credentials: 'own',
      username: 'mara',
      ...outgoing,
    },
    receive: false,
    send: true,
    saveSent: 'auto',
    path: '/nowhere',
    folders: {},
    sync: usualSync.imap,
    signature: { onReply: false },
    rules: [],
  };
}

export interface Opening {
  readonly login?: Login | null;
  readonly signal?: AbortSignal;
  readonly options?: SmtpOptions;
}

export function connectTo(
  outgoing: Partial<OutgoingServer>,
  { login = mara, signal = new AbortController().signal, options = {} }: Opening = {},
): Promise<SenderSession> {
  return createSmtpSender({ quitMs: 500, ...options }).connect(accountFor(outgoing), login, signal);
}

export const never = new AbortController().signal;
