/** Sessions for the tests of the POP3 client, and maildrops on the demo's server, on a scripted one and on Dovecot. */

import type { IncomingServer } from '../../../src/core/account/account.ts';
import type { ListedMail } from '../../../src/core/maildrop/maildrop.ts';
import { createPop3Source, type Pop3Limits } from '../../../src/adapters/pop3/source.ts';
import { Mailbox, type DemoUser } from '../../../src/demo/mail/mailbox.ts';
import { pop3Octets } from '../../../src/demo/pop3/message.ts';
import { startPop3Server, type Pop3Options } from '../../../src/demo/pop3/server.ts';
import type { MaildropSession } from '../../../src/ports/receiving/maildrop-source.ts';
import { retrieved, type MaildropWorld } from '../../contract/maildrop-source.ts';
import type { Dovecot } from '../../servers/dovecot.ts';
import { login, popAccount } from './account.ts';

export interface Opening {
  server?: Partial<IncomingServer>;
  limits?: Partial<Pop3Limits>;
  signal?: AbortSignal;
}

export async function enter(
  port: number,
  { server, limits, signal = new AbortController().signal }: Opening = {},
): Promise<MaildropSession> {
  return await createPop3Source(limits).connect(popAccount({ port, ...server }), login, signal);
}

export interface Ways extends Opening {
  options?: Partial<Pop3Options>;
}

/** Servers and sessions of a test, which `cleanUp` ends. */
export function opener() {
  const cleanups: (() => Promise<unknown>)[] = [];
  const kept = <T extends { port: number; stop(): Promise<unknown> }>(server: T): T => {
    cleanups.push(() => server.stop());
    return server;
  };
  const start = async (user: DemoUser, options: Partial<Pop3Options> = {}) =>
    kept(await startPop3Server({ users: [user], ...options }));
  const entered = async (port: number, opening: Opening = {}): Promise<MaildropSession> => {
    const session = await enter(port, opening);
    cleanups.push(() => session.close());
    return session;
  };
  return {
    start,
    kept,
    enter: entered,
    open: async (user: DemoUser, { options, ...opening }: Ways = {}) =>
      await entered((await start(user, options)).port, opening),
    cleanUp: async (): Promise<void> => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    },
  };
}

export async function listed(session: MaildropSession): Promise<readonly ListedMail[]> {
  return (await session.list()).mail;
}

/** The octets of all that is listed; null for what was refused. */
export async function fetched(session: MaildropSession): Promise<(Buffer | null)[]> {
  return (await retrieved(session, await listed(session))).map(({ octets }) => octets);
}

/** The demo's server with one maildrop. */
export async function demoWorld(options: Partial<Pop3Options> = {}): Promise<MaildropWorld> {
  const mailbox = new Mailbox();
  const user: DemoUser = {
    name: login.username,
    password: login.password,
    addresses: ['mara@brunnen.example'],
    mailbox,
  };
  const refused = new Set<string>();
  let shared: readonly number[] = [];
  let more = 0;
  const server = await startPop3Server({
    users: [user],
    uidl: (uidl, number) => (shared.includes(number) ? 'shared' : uidl),
    onResponse: (command, payload) => {
      if (refused.has(command)) return Buffer.from('-ERR cannot open it\r\n');
      if (command !== 'STAT' || more === 0) return payload;
      return Buffer.from(`+OK ${mailbox.inbox.messages.length + more} 0\r\n`);
    },
    ...options,
  });
  return {
    deliver: (messages) => {
      for (const raw of messages) mailbox.inbox.append({ raw });
      return Promise.resolve();
    },
    connect: () => enter(server.port),
    left: () => Promise.resolve(mailbox.inbox.messages.map(({ raw }) => pop3Octets(raw))),
    refuse: (number) => refused.add(`RETR ${number}`),
    share: (numbers) => (shared = numbers),
    countMore: () => (more = 1),
    dispose: () => server.stop(),
  };
}

/** A fresh user on Dovecot. */
export async function dovecotWorld(
  dovecot: Dovecot,
  security: 'none' | 'tls',
): Promise<MaildropWorld> {
  const user = await dovecot.addUser();
  const account = popAccount({
    host: dovecot.host,
    port: security === 'tls' ? dovecot.ports.pop3s : dovecot.ports.pop3,
    security,
    tls: { ca: dovecot.ca },
  });
  const { signal } = new AbortController();
  const own = { username: user.address, password: user.password };
  return {
    deliver: (messages) => dovecot.deliver(user, 'INBOX', messages),
    connect: () => createPop3Source().connect(account, own, signal),
    left: async () => (await dovecot.serverMessages(user)).map(({ raw }) => raw),
    dispose: () => Promise.resolve(),
  };
}

/** The error that was thrown; fails where none was. */
export async function thrownBy(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
