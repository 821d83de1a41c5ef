/** IMAP accounts (RFC 9051, RFC 3501) as a source of mail, and as a place to file it. */

import type { Account, IncomingServer } from '../../core/account/account.ts';
import { InternalError } from '../../errors.ts';
import type { StepObserver } from '../../ports/connection-steps.ts';
import type { FilingSession, Login, MailboxSource } from '../../ports/mailbox-source.ts';
import { defaultTimeouts, openConnection, type Timeouts } from './client.ts';
import { socketOf, type ImapConnection } from './connection.ts';
import { ImapSession } from './session.ts';

export interface ImapSourceOptions {
  readonly timeouts?: Partial<Timeouts>;
}

export interface ImapSource extends MailboxSource {
  connect(
    account: Account,
    login: Login,
    signal: AbortSignal,
    observe?: StepObserver,
  ): Promise<FilingSession>;
}

export function imapSource(options: ImapSourceOptions = {}): ImapSource {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  return {
    async connect(account, login, signal, observe) {
      const server = incomingOf(account);
      const opened = await openConnection({ account, server, login, observe }, timeouts, signal);
      const { connection, mechanism } = opened;
      const facts = {
        host: server.host,
        port: server.port,
        tls: tlsVersion(connection),
        mechanism,
        capabilities: [...connection.flow.capabilities.keys()],
      };
      return new ImapSession({ connection, facts, account, timeouts });
    },
  };
}

function incomingOf(account: Account): IncomingServer {
  if (account.type === 'imap' && account.incoming !== undefined) return account.incoming;
  throw new InternalError(`the account ${account.name} has no IMAP server`);
}

function tlsVersion({ flow }: ImapConnection): string | null {
  if (!flow.secureConnection) return null;
  return socketOf(flow)?.getProtocol?.() ?? null;
}
