/**
 * An IMAP4rev1 server over the demo's mailboxes (RFC 3501), with the extensions that it advertises. ENVELOPE,
 * BODYSTRUCTURE and single MIME parts are answered with BAD.
 */

import * as folders from './folder-commands.ts';
import { authenticateCommand, capabilities, login, startTls } from './login.ts';
import * as messages from './message-commands.ts';
import { ImapRefusal } from './refusal.ts';
import { ImapSession, type ImapOptions } from './session.ts';
import { parseValues, textOf, type CommandPart, type ImapValue } from './values.ts';
import { listen, type DemoServer } from '../listener.ts';

/** Longest literal that a client may send, in octets. */
const literalLimit = 128 * 1024 * 1024;

export function startImapServer(options: ImapOptions): Promise<DemoServer> {
  return listen(options, (connection) => serve(new ImapSession(connection, options)));
}

async function serve(session: ImapSession): Promise<void> {
  await session.untagged(`OK [${capabilities(session)}] posthorn demo IMAP server ready`);
  while (!session.ended) {
    const parts = await readCommand(session);
    if (parts === undefined) return;
    await answer(session, parts);
  }
}

/** One command: its lines and literals. Undefined where the client has closed. */
async function readCommand(session: ImapSession): Promise<CommandPart[] | undefined> {
  const parts: CommandPart[] = [];
  session.connection.command = '';
  for (;;) {
    const line = (await session.connection.line())?.toString('latin1');
    if (line === undefined) return undefined;
    const literal = /\{(\d+)(\+?)\}$/.exec(line);
    if (literal === null) return [...parts, line];
    const size = Number(literal[1]);
    if (size > (literal[2] === '' ? literalLimit : unaskedLimit(session))) {
      await session.untagged('BYE literal too large');
      return undefined;
    }
    if (literal[2] === '') await session.continuation('go on');
    parts.push(line.slice(0, literal.index), await session.connection.octets(size));
  }
}

/** RFC 7888: any size with LITERAL+, 4096 octets with LITERAL-, none without both. */
function unaskedLimit(session: ImapSession): number {
  if (session.has('LITERAL+')) return literalLimit;
  return session.has('LITERAL-') ? 4096 : -1;
}

async function answer(session: ImapSession, parts: readonly CommandPart[]): Promise<void> {
  const tag = /^[^ ]+/.exec(String(parts[0]))?.[0] ?? '*';
  const text = await run(session, parts, tag).catch((error: unknown) => {
    if (error instanceof ImapRefusal) return `${error.status} ${error.message}`;
    throw error;
  });
  if (text !== '') await session.connection.write(`${tag} ${text}\r\n`);
}

/** The tagged answer without its tag; nothing where it is written already. */
async function run(
  session: ImapSession,
  parts: readonly CommandPart[],
  tag: string,
): Promise<string> {
  const [, ...values] = parseValues(parts);
  const first = textOf(values.shift()).toUpperCase();
  const name = first === 'UID' ? `UID ${textOf(values.shift()).toUpperCase()}` : first;
  session.connection.command = name;
  if (name === 'STARTTLS') {
    await startTls(session, tag);
    return '';
  }
  const command = commands[name];
  if (command === undefined) throw new ImapRefusal('BAD', 'unknown command');
  const text = await command(session, values);
  // RFC 3501 section 7.4.1: no EXPUNGE while FETCH, STORE or SEARCH by number is answered.
  await session.announce(!['FETCH', 'STORE', 'SEARCH'].includes(name));
  return text;
}

type Command = (session: ImapSession, values: readonly ImapValue[]) => Promise<string>;

const commands: Record<string, Command> = {
  CAPABILITY: async (session) => {
    await session.untagged(capabilities(session));
    return 'OK told';
  },
  NOOP: async () => 'OK here',
  CHECK: async () => 'OK here',
  ID: async (session) => {
    await session.untagged('ID ("name" "posthorn demo")');
    return 'OK told';
  },
  LOGOUT: async (session) => {
    session.ended = true;
    await session.untagged('BYE until next time');
    return 'OK good bye';
  },
  LOGIN: login,
  AUTHENTICATE: authenticateCommand,
  NAMESPACE: folders.namespace,
  LIST: folders.list,
  LSUB: folders.lsub,
  STATUS: folders.status,
  SELECT: (session, values) => folders.select(session, values, false),
  EXAMINE: (session, values) => folders.select(session, values, true),
  CLOSE: (session) => folders.close(session, true),
  UNSELECT: (session) => folders.close(session, false),
  CREATE: folders.create,
  DELETE: folders.deleteFolder,
  RENAME: folders.rename,
  SUBSCRIBE: (session, values) => folders.subscribe(session, values, true),
  UNSUBSCRIBE: (session, values) => folders.subscribe(session, values, false),
  APPEND: folders.append,
  FETCH: (session, values) => messages.fetch(session, values, false),
  STORE: (session, values) => messages.store(session, values, false),
  SEARCH: (session, values) => messages.search(session, values, false),
  COPY: (session, values) => messages.copy(session, values, false),
  MOVE: (session, values) => messages.move(session, values, false),
  EXPUNGE: (session, values) => messages.expunge(session, values, false),
  'UID FETCH': (session, values) => messages.fetch(session, values, true),
  'UID STORE': (session, values) => messages.store(session, values, true),
  'UID SEARCH': (session, values) => messages.search(session, values, true),
  'UID COPY': (session, values) => messages.copy(session, values, true),
  'UID MOVE': (session, values) => messages.move(session, values, true),
  'UID EXPUNGE': (session, values) => messages.expunge(session, values, true),
  IDLE: idle,
};

/** RFC 2177: tells changes as they come, until DONE. */
async function idle(session: ImapSession): Promise<string> {
  if (!session.has('IDLE')) throw new ImapRefusal('BAD', 'unknown command');
  const { mailbox, connection } = session;
  await session.continuation('idling');
  let announced: Promise<void> = session.announce();
  const stop = mailbox.onChange(() => {
    announced = announced.then(() => session.announce()).catch(() => connection.destroy());
  });
  try {
    const line = await connection.line();
    if (String(line).toUpperCase() !== 'DONE') throw new ImapRefusal('BAD', 'DONE was expected');
    return 'OK idled';
  } finally {
    stop();
    await announced;
  }
}
