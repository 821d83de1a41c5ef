/** Sessions with a demo server or a scripted one, ended after each test. */

import type { OnResponse } from '../../../src/demo/faults.ts';
import { startImapServer } from '../../../src/demo/imap/server.ts';
import { Mailbox } from '../../../src/demo/mail/mailbox.ts';
import type { MailboxSession, OpenFolder } from '../../../src/ports/receiving/mailbox-source.ts';
import { accountAt, connect, secret, type ConnectOptions } from './harness.ts';
import {
  scriptedServer,
  type Script,
  type ScriptedOptions,
  type ScriptedServer,
} from './scripted-server.ts';

const stops: (() => Promise<void>)[] = [];

/** For afterEach. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

export interface Fixture {
  mailbox: Mailbox;
  session: MailboxSession;
}

/** A session with a demo server whose INBOX holds these messages. */
export async function demo(
  messages: readonly Buffer[],
  options: ConnectOptions & { onResponse?: OnResponse; mailbox?: Mailbox } = {},
): Promise<Fixture> {
  const { mailbox = new Mailbox(), onResponse, ...rest } = options;
  for (const raw of messages) mailbox.inbox.append({ raw });
  const user = { name: 'mara', password: secret, addresses: [], mailbox };
  const server = await startImapServer({
    users: [user],
    ...(onResponse === undefined ? {} : { onResponse }),
  });
  stops.push(() => server.stop());
  const session = await connect(accountAt(server.port), rest);
  stops.push(() => session.close());
  return { mailbox, session };
}

export interface ScriptedFixture {
  server: ScriptedServer;
  session: MailboxSession;
}

/** A session with a scripted server. */
export async function scripted(
  script: Script,
  options: ConnectOptions & ScriptedOptions = {},
): Promise<ScriptedFixture> {
  const server = await scriptedServer(script, options);
  stops.push(() => server.stop());
  const session = await connect(accountAt(server.port), options);
  stops.push(() => session.close());
  return { server, session };
}

/** The same, its INBOX open. */
export async function scriptedInbox(
  script: Script,
  options: ConnectOptions & ScriptedOptions = {},
): Promise<ScriptedFixture & { inbox: OpenFolder }> {
  const fixture = await scripted(script, options);
  return { ...fixture, inbox: await fixture.session.select('INBOX') };
}
