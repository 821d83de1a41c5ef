/** IMAP's greeting, capabilities, STARTTLS and logins. */

import { allMechanisms, authenticate, findUser, fromBase64, isMechanism } from '../auth.ts';
import type { Mechanism } from '../auth.ts';
import { ImapRefusal } from './refusal.ts';
import type { ImapSession } from './session.ts';
import { textOf, type ImapValue } from './values.ts';
import type { DemoUser } from '../mail/mailbox.ts';

const extensions = [
  'LITERAL+',
  'SASL-IR',
  'ID',
  'IDLE',
  'NAMESPACE',
  'CHILDREN',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'SPECIAL-USE',
  'UIDPLUS',
  'MOVE',
  'UNSELECT',
];

export function capabilities(session: ImapSession): string {
  const offered = extensions.filter((extension) => session.has(extension));
  // RFC 7888 section 5: one of the two, never both.
  if (!session.has('LITERAL+') && session.has('LITERAL-')) offered.push('LITERAL-');
  if (beforeTls(session)) offered.push('STARTTLS', 'LOGINDISABLED');
  else if (session.user === undefined) {
    offered.push(...mechanisms(session).map((mechanism) => `AUTH=${mechanism}`));
  }
  return ['CAPABILITY IMAP4rev1', ...offered].join(' ');
}

export async function login(session: ImapSession, values: readonly ImapValue[]): Promise<string> {
  const [name, password] = [textOf(values[0]), textOf(values[1])];
  return enter(session, findUser(session.options.users, name, password));
}

export async function authenticateCommand(
  session: ImapSession,
  values: readonly ImapValue[],
): Promise<string> {
  const mechanism = textOf(values[0]).toUpperCase();
  if (!isMechanism(mechanism) || !mechanisms(session).includes(mechanism)) {
    throw new ImapRefusal('NO', 'unknown mechanism');
  }
  const initial = values[1] === undefined ? undefined : fromBase64(textOf(values[1]));
  const { users } = session.options;
  const user = await authenticate(users, mechanism, initial, async (challenge) => {
    await session.continuation(Buffer.from(challenge).toString('base64'));
    const answer = String((await session.connection.line()) ?? '*');
    if (answer === '*') throw new ImapRefusal('BAD', 'given up');
    return fromBase64(answer);
  });
  return enter(session, user);
}

/** Writes its OK itself: nothing more may be written in clear after it. */
export async function startTls(session: ImapSession, tag: string): Promise<void> {
  const { tls } = session.options;
  if (!beforeTls(session) || tls === undefined) throw new ImapRefusal('BAD', 'no STARTTLS here');
  await session.connection.write(`${tag} OK begin TLS\r\n`);
  session.connection.startTls(tls);
}

function enter(session: ImapSession, user: DemoUser | undefined): string {
  const { refuseLogin } = session.options;
  if (session.user !== undefined) throw new ImapRefusal('BAD', 'logged in already');
  if (beforeTls(session)) throw new ImapRefusal('NO', '[PRIVACYREQUIRED] STARTTLS first');
  if (refuseLogin !== undefined) throw new ImapRefusal('NO', refuseLogin);
  if (user === undefined) {
    throw new ImapRefusal('NO', '[AUTHENTICATIONFAILED] wrong name or password');
  }
  session.user = user;
  return `OK [${capabilities(session)}] logged in`;
}

function beforeTls(session: ImapSession): boolean {
  return session.options.security === 'starttls' && !session.connection.encrypted;
}

function mechanisms(session: ImapSession): readonly Mechanism[] {
  return session.options.mechanisms ?? allMechanisms;
}
