/** fetchmail: servers, each with one user or several, and what `defaults` says of all. */

import type { AccountType, AuthMethod, Security } from '../../core/account.ts';
import type { Imported, ImportedEntry } from '../../ports/importer.ts';
import { defined } from './defined.ts';
import { addressGuessed, addressOf, Draft, port, receivingEntry, sha256, stored } from './draft.ts';
import {
  readStatements,
  type Server,
  type Settings,
  type Statements,
} from './fetchmail-settings.ts';

export function parseFetchmailrc(text: string): Imported {
  const draft = new Draft();
  const statements = readStatements(text, draft);
  for (const server of statements.servers) {
    const users =
      server.users.length === 0
        ? [{ word: undefined, settings: new Map() as Settings }]
        : server.users;
    for (const { word, settings } of users)
      addUser(
        server,
        word?.text,
        new Map([...statements.defaults, ...server.server, ...settings]),
        users.length,
        statements,
        draft,
      );
  }
  return draft.result();
}

const protocols: Readonly<Record<string, AccountType>> = {
  pop3: 'pop3',
  imap: 'imap',
  auto: 'imap',
  apop: 'pop3',
  rpop: 'pop3',
};

const noPassword = 'none stands there: set incoming.password';

function addUser(
  server: Server,
  user: string | undefined,
  said: Settings,
  users: number,
  { daemon }: Statements,
  draft: Draft,
): void {
  const { line, text: label } = server.word;
  const host = textOf(said, 'via') ?? label;
  const proto = textOf(said, 'proto')?.toLowerCase() ?? 'auto';
  const type = protocols[proto];
  const refusal = refusalOf(said, type, host, proto);
  if (type === undefined || refusal !== undefined) {
    draft.leave(line, 'poll', `not imported: ${refusal ?? ''}`);
    return;
  }
  if (proto === 'auto')
    draft.leave(line, 'protocol', 'none is named; IMAP is taken, set type: pop3 where it is not');
  const { address, guessed } = addressOf(user, host);
  if (guessed) draft.leave(line, 'poll', addressGuessed);
  const secret = textOf(said, 'password');
  if (secret === undefined) draft.leave(line, 'password', noPassword);
  leaveKeys(said, draft);
  draft.add({
    name:
      users > 1 || user !== undefined ? (user?.includes('@') === true ? undefined : user) : label,
    line,
    secrets: secret === undefined ? {} : { incoming: secret },
    entry: receivingEntry({
      label: users > 1 ? `${label} ${user ?? ''}`.trim() : label,
      type,
      ...defined('enabled', server.skipped ? false : undefined),
      identity: { address: address ?? `unknown@${host}` },
      incoming: incomingOf(
        said,
        { host, type, proto, user: user === address ? undefined : user, daemon },
        draft,
      ),
    }),
  });
}

function refusalOf(
  said: Settings,
  type: AccountType | undefined,
  host: string,
  proto: string,
): string | undefined {
  if (type === undefined) return `posthorn has no protocol ${proto.slice(0, 20)}`;
  if (host === '') return 'it names no server';
  if (textOf(said, 'plugin') === undefined) return undefined;
  return 'it connects through a command, and posthorn connects by itself';
}

interface Login {
  readonly host: string;
  readonly type: AccountType;
  readonly proto: string;
  readonly user: string | undefined;
  readonly daemon: number | undefined;
}

function incomingOf(
  said: Settings,
  { host, type, proto, user, daemon }: Login,
  draft: Draft,
): NonNullable<ImportedEntry['incoming']> {
  return {
    host,
    ...defined('port', port(textOf(said, 'port') ?? '')),
    security: securityOf(said),
    ...defined('auth', authOf(said, proto)),
    ...defined('username', user),
    ...defined('password', textOf(said, 'password') === undefined ? undefined : stored),
    ...defined('interval', daemon === undefined ? undefined : `${String(daemon)}s`),
    ...defined('leaveOnServer', type === 'pop3' ? said.get('keep')?.value === true : undefined),
    tls: tlsOf(said, draft),
  };
}

function textOf(said: Settings, key: string): string | undefined {
  const value = said.get(key)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Without `ssl` fetchmail upgrades where the server offers it; posthorn insists, unless `sslproto ''` forbids it. */
function securityOf(said: Settings): Security {
  if (said.get('ssl')?.value === true) return 'tls';
  return said.get('sslproto')?.value === '' ? 'none' : 'starttls';
}

const methods: Readonly<Record<string, AuthMethod>> = {
  'cram-md5': 'cram-md5',
  external: 'external',
  oauthbearer: 'oauthbearer',
  xoauth2: 'xoauth2',
};

function authOf(said: Settings, proto: string): AuthMethod | undefined {
  if (proto === 'apop') return 'apop';
  return methods[textOf(said, 'auth')?.toLowerCase() ?? ''];
}

function tlsOf(
  said: Settings,
  draft: Draft,
): { ca?: string; fingerprint?: string; cert?: string; key?: string } {
  const given = said.get('sslfingerprint');
  const fingerprint = sha256(textOf(said, 'sslfingerprint') ?? '');
  if (given !== undefined && fingerprint === undefined)
    draft.leave(
      given.line,
      'sslfingerprint',
      'it is an MD5; posthorn pins a certificate by its SHA-256: see incoming.tls.fingerprint',
    );
  const [cert, key] = [textOf(said, 'sslcert'), textOf(said, 'sslkey')];
  return {
    ...defined('ca', textOf(said, 'sslcertfile')),
    ...defined('fingerprint', fingerprint),
    ...(cert === undefined ? {} : { cert, key: key ?? cert }),
  };
}

const carried = new Set(
  'proto port via ssl sslproto sslfingerprint sslcertfile sslcert sslkey password'.split(' '),
);

/** Once for each place, though several users may share it. */
function leaveKeys(said: Settings, draft: Draft): void {
  const isPop3 = protocols[textOf(said, 'proto')?.toLowerCase() ?? ''] === 'pop3';
  for (const [key, { value, line }] of said) {
    if (carried.has(key) || (key === 'auth' && methods[String(value).toLowerCase()] !== undefined))
      continue;
    if (key === 'keep' && (isPop3 || value === true)) continue;
    if (key === 'auth' && ['any', 'password'].includes(String(value).toLowerCase())) continue;
    if (key === 'sslcertck' || (value === false && key !== 'keep')) continue;
    draft.leave(line, key, reasons[key] ?? 'posthorn has nothing like it');
  }
}

const reasons: Readonly<Record<string, string>> = {
  keep: 'of an IMAP server posthorn deletes nothing after fetching',
  is: 'posthorn writes Maildir folders of the account: set path',
  mda: 'posthorn writes Maildir folders itself',
  smtphost: 'posthorn writes Maildir folders and hands nothing on by SMTP',
  folder: 'every folder of the account is fetched',
  fetchall: 'what was fetched is never fetched again',
  flush: 'posthorn deletes only what it has stored',
  interval: 'set incoming.interval',
  sslcertpath: 'name one file with incoming.tls.ca',
  rewrite: 'mail stays as it is, byte for byte',
  idle: 'see incoming.idle',
  uidl: 'UIDL is always used',
  preconnect: 'posthorn runs no commands around a poll',
  postconnect: 'posthorn runs no commands around a poll',
  limit: 'messages are always fetched whole',
  fetchlimit: 'every message is fetched',
};
