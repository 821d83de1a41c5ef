/** Resolves an account's secrets and connects: the one way in which use cases reach a server. */

import type { Account, IncomingServer, OutgoingServer } from '../core/account/account.ts';
import { ConfigurationError, CredentialsError } from '../errors.ts';
import type { StepObserver } from '../ports/connection-steps.ts';
import type { SenderSession } from '../ports/sending/mail-sender.ts';
import type { Login } from '../ports/connection.ts';
import type { MailboxSession } from '../ports/receiving/mailbox-source.ts';
import type { MaildropSession } from '../ports/receiving/maildrop-source.ts';
import type { Neighbours } from './neighbours.ts';

/** Mechanisms that prove the identity otherwise than by a secret of ours (RFC 4422 appendix A: EXTERNAL). */
function needsSecret(server: IncomingServer | OutgoingServer): boolean {
  return server.auth !== 'external';
}

/** IMAP accounts alone. */
export async function connectMailbox(
  account: Account,
  accountId: string,
  { secrets, sources }: Pick<Neighbours, 'secrets' | 'sources'>,
  signal: AbortSignal,
  observe?: StepObserver,
): Promise<MailboxSession> {
  const login = await incomingLogin(account, accountId, secrets, signal);
  return sources.imap.connect(account, login, signal, observe);
}

/** POP3 accounts alone. */
export async function connectMaildrop(
  account: Account,
  accountId: string,
  { secrets, sources }: Pick<Neighbours, 'secrets' | 'sources'>,
  signal: AbortSignal,
  observe?: StepObserver,
): Promise<MaildropSession> {
  const login = await incomingLogin(account, accountId, secrets, signal);
  return sources.pop3.connect(account, login, signal, observe);
}

async function incomingLogin(
  { incoming: server }: Account,
  accountId: string,
  secrets: Neighbours['secrets'],
  signal: AbortSignal,
): Promise<Login> {
  if (server === undefined)
    throw new ConfigurationError('it has no incoming server', {
      remedy: 'Set incoming.host, or receive: false.',
    });
  const owner = { accountId, server: 'incoming' } as const;
  const password = await readSecret(server, owner, secrets, signal);
  return { username: server.username, password };
}

export async function connectOutgoing(
  account: Account,
  accountId: string,
  { secrets, sender }: Pick<Neighbours, 'secrets' | 'sender'>,
  signal: AbortSignal,
  observe?: StepObserver,
): Promise<SenderSession> {
  const server = account.outgoing;
  if (server === undefined)
    throw new ConfigurationError('it has no outgoing server', {
      remedy: 'Set outgoing.host, or send: false.',
    });
  if (server.credentials === 'none') return sender.connect(account, null, signal, observe);
  const owner = { accountId, server: secretOf(server) };
  const password = await readSecret(server, owner, secrets, signal);
  const login: Login = { username: server.username ?? account.identity.address, password };
  return sender.connect(account, login, signal, observe);
}

/** What is taken over from the incoming server is kept under its name. */
function secretOf({ credentials, sharesPassword }: OutgoingServer): 'incoming' | 'outgoing' {
  return credentials === 'same' || sharesPassword === true ? 'incoming' : 'outgoing';
}

async function readSecret(
  server: IncomingServer | OutgoingServer,
  owner: { accountId: string; server: 'incoming' | 'outgoing' },
  secrets: Neighbours['secrets'],
  signal: AbortSignal,
): Promise<string> {
  if (!needsSecret(server)) return '';
  if (server.password === undefined)
    throw new CredentialsError(`no password is set for its ${owner.server} server`, {
      remedy: `Set ${owner.server}.password in the configuration: a command, a file or an environment variable.`,
    });
  return secrets.read(server.password, owner, signal);
}
