/** IMAP accounts (RFC 9051, RFC 3501) as a source of mail, and as a place to file it. */

import { setTimeout } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Account, IncomingServer } from '../../core/account/account.ts';
import { InternalError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MailboxSource } from '../../ports/receiving/mailbox-source.ts';
import { defaultTimeouts, openConnection, type Timeouts } from './connecting/open-connection.ts';
import type { ImapConnection } from './connection.ts';
import { ImapSession } from './session.ts';
import { QuietTimes } from './watching/quiet-times.ts';
import { watchFolders } from './watching/watch.ts';

export interface ImapSourceOptions {
  /** For watching: connections are kept by the wall clock. */
  readonly clock: Clock;
  readonly timeouts?: Partial<Timeouts>;
  /** Waits between two questions to a server that refuses; tests don't. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export function imapSource(options: ImapSourceOptions): MailboxSource {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const pause = options.pause ?? (async (milliseconds) => await setTimeout(milliseconds));
  const quietTimes = new QuietTimes();
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
    watch(account, login, paths, signal) {
      const server = incomingOf(account);
      const kept = { timeouts, clock: options.clock, quietTimes };
      return watchFolders({ account, server, login, paths, ...kept }, signal);
    },
  };
}

function incomingOf(account: Account): IncomingServer {
  if (account.type === 'imap' && account.incoming !== undefined) return account.incoming;
  throw new InternalError(`the account ${account.name} has no IMAP server`);
}

function tlsVersion({ socket }: ImapConnection): string | null {
  return socket instanceof TLSSocket ? socket.getProtocol() : null;
}
