/** IMAP accounts (RFC 9051, RFC 3501) as a source of mail, and as a place to file it. */

import { setTimeout } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Account, IncomingServer } from '../../core/account/account.ts';
import { InternalError } from '../../errors.ts';
import type { MailboxSource } from '../../ports/receiving/mailbox-source.ts';
import { defaultTimeouts, openConnection, type Timeouts } from './connecting/open-connection.ts';
import type { ImapConnection } from './connection.ts';
import { ImapSession } from './session.ts';
import { watch } from './watching/watch.ts';

export interface ImapSourceOptions {
  readonly timeouts?: Partial<Timeouts>;
  /** Waits between two questions to a server that refuses; tests don't. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export function imapSource(options: ImapSourceOptions = {}): MailboxSource {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const pause = options.pause ?? (async (milliseconds) => await setTimeout(milliseconds));
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
      return new ImapSession({ connection, facts, account, timeouts, pause });
    },
    watch,
  };
}

function incomingOf(account: Account): IncomingServer {
  if (account.type === 'imap' && account.incoming !== undefined) return account.incoming;
  throw new InternalError(`the account ${account.name} has no IMAP server`);
}

function tlsVersion({ socket }: ImapConnection): string | null {
  return socket instanceof TLSSocket ? socket.getProtocol() : null;
}
