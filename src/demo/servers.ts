/** Starts the demo's IMAP, POP3 and SMTP servers on free loopback ports around the same users, and stops them. */

import { startImapServer } from './imap/server.ts';
import type { ImapOptions } from './imap/session.ts';
import type { DemoSecurity, DemoServer, DemoTls } from './listener.ts';
import type { DemoUser, Mailbox } from './mail/mailbox.ts';
import { startPop3Server, type Pop3Options } from './pop3/server.ts';
import { startSmtpServer, type DemoSmtpServer, type SmtpOptions } from './smtp-server.ts';
import { demoUsers } from './mail/users.ts';

export interface DemoServersOptions {
  /** Default: `demoUsers()`, one for IMAP, one for POP3, with mail. */
  users?: readonly DemoUser[];
  /** Of all three servers, unless their own options say otherwise. */
  security?: DemoSecurity;
  tls?: DemoTls;
  imap?: Partial<ImapOptions>;
  pop3?: Partial<Pop3Options>;
  smtp?: Partial<SmtpOptions>;
}

export interface DemoServers {
  readonly imapPort: number;
  readonly pop3Port: number;
  readonly smtpPort: number;
  readonly imap: DemoServer;
  readonly pop3: DemoServer;
  readonly smtp: DemoSmtpServer;
  readonly users: readonly DemoUser[];
  /** By user name. */
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** Cuts every open connection and frees the ports. */
  stop(): Promise<void>;
}

export async function startDemoServers(options: DemoServersOptions = {}): Promise<DemoServers> {
  const users = options.users ?? demoUsers();
  const common = {
    users,
    ...(options.security === undefined ? {} : { security: options.security }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  };
  const [imap, pop3, smtp] = await Promise.all([
    startImapServer({ ...common, ...options.imap }),
    startPop3Server({ ...common, ...options.pop3 }),
    startSmtpServer({ ...common, ...options.smtp }),
  ]);
  return {
    imapPort: imap.port,
    pop3Port: pop3.port,
    smtpPort: smtp.port,
    imap,
    pop3,
    smtp,
    users,
    mailboxes: new Map(users.map((user) => [user.name, user.mailbox])),
    stop: async () => {
      await Promise.all([imap.stop(), pop3.stop(), smtp.stop()]);
    },
  };
}
