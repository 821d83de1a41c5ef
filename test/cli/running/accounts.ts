/** Accounts of the test servers, as text of a configuration file. */
import type { DemoServers } from '../../../src/demo/servers.ts';
import type { DemoUser } from '../../../src/demo/mail/mailbox.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import type { Postfix } from '../../servers/postfix.ts';

/** Keys and values of an account, as YAML takes them: JSON is YAML. */
export type Entry = Record<string, unknown>;

/** A configuration of these accounts; `options` as in the file. */
export function configuration(
  accounts: Readonly<Record<string, Entry>>,
  options: Entry = {},
  more: Entry = {},
): string {
  return `${JSON.stringify({ version: 1, options, accounts, ...more }, null, 2)}\n`;
}

/** Printed by a command, so that no file has to be written. */
export function secret(text: string): Entry {
  return { command: ['echo', text] };
}

export function onDovecot(
  dovecot: Dovecot,
  { address, password }: User,
  type: 'imap' | 'pop3' = 'imap',
): Entry {
  return {
    type,
    identity: { address },
    incoming: {
      host: dovecot.host,
      port: type === 'imap' ? dovecot.ports.imaps : dovecot.ports.pop3s,
      security: 'tls',
      password: secret(password),
      tls: { ca: dovecot.ca },
    },
    send: false,
  };
}

/** The same, and sending by Postfix. */
export function sendingBy(
  postfix: Postfix,
  dovecot: Dovecot,
  user: User,
  type: 'imap' | 'pop3' = 'imap',
): Entry {
  const outgoing = {
    host: postfix.host,
    port: postfix.ports.smtps,
    security: 'tls',
    tls: { ca: postfix.ca },
  };
  return { ...onDovecot(dovecot, user, type), send: true, outgoing };
}

/** In clear, which posthorn allows on loopback. */
export function onDemo(
  servers: DemoServers,
  user: DemoUser,
  type: 'imap' | 'pop3' = 'imap',
): Entry {
  return {
    type,
    identity: { address: user.addresses[0] ?? user.name },
    incoming: {
      host: '127.0.0.1',
      port: type === 'imap' ? servers.imapPort : servers.pop3Port,
      security: 'none',
      username: user.name,
      password: secret(user.password),
    },
    send: false,
  };
}
