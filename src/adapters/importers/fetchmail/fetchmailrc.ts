/** fetchmail: servers, each with one user or several, and what `defaults` says of all. */

import type { AccountType, AuthMethod, Security } from '../../../core/account/account.ts';
import type {
  Imported,
  ImportedEntry,
  ImportedPassword,
} from '../../../ports/accounts/importer.ts';
import { defined } from '../../../defined.ts';
import {
  addressGuessed,
  addressOf,
  clientCertificate,
  Draft,
  portOf,
  receivingEntry,
  sha256,
  stored,
  type Said,
} from '../draft.ts';
import {
  readStatements,
  type Person,
  type Server,
  type Settings,
  type Statements,
} from './settings.ts';

export function parseFetchmailrc(text: string): Imported {
  const draft = new Draft();
  const statements = readStatements(text, draft);
  for (const server of statements.servers) {
    const users: readonly Person[] =
      server.users.length === 0 ? [{ name: undefined, settings: new Map() }] : server.users;
    for (const { name, settings } of users) {
      const said: Settings = new Map([...statements.defaults, ...server.server, ...settings]);
      const user = name ?? textOf(said, 'user');
      addUser(server, { user, said, isOneOfSeveral: users.length > 1 }, statements, draft);
    }
  }
  if (statements.servers.length === 0) leaveKeys(statements.defaults, 'imap', draft);
  return draft.result();
}

const protocols: Readonly<Record<string, AccountType>> = {
  pop3: 'pop3',
  imap: 'imap',
  auto: 'imap',
  apop: 'pop3',
  rpop: 'pop3',
};

interface Described {
  readonly user: string | undefined;
  /** Of defaults, server and user, the nearest word. */
  readonly said: Settings;
  readonly isOneOfSeveral: boolean;
}

function addUser(
  { word: { line, text: label }, skipped }: Server,
  { user, said, isOneOfSeveral }: Described,
  { daemon }: Statements,
  draft: Draft,
): void {
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
  leaveKeys(said, type, draft);
  leaveHabits(said, type, line, draft);
  draft.addFound({
    name: user === undefined ? label : user.includes('@') ? undefined : user,
    line,
    secrets: secret === undefined ? {} : { incoming: secret },
    entry: receivingEntry({
      label: isOneOfSeveral ? `${label} ${user ?? ''}`.trim() : label,
      type,
      ...defined({ enabled: skipped ? false : undefined }),
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
    ...defined({ port: portOf(saidAs(said, 'port'), 'service', draft) }),
    security: securityOf(said),
    ...defined({
      auth: authOf(said, proto),
      username: user,
      password: passwordOf(said),
      interval: daemon === undefined ? undefined : `${String(daemon)}s`,
      leaveOnServer: type === 'pop3' ? said.get('keep')?.value === true : undefined,
    }),
    tls: tlsOf(said, draft),
  };
}

function passwordOf(said: Settings): ImportedPassword | undefined {
  if (textOf(said, 'password') !== undefined) return stored;
  const file = textOf(said, 'passwordfile');
  return file === undefined ? undefined : { file };
}

function saidAs(said: Settings, key: string): Said | undefined {
  const value = textOf(said, key);
  return value === undefined ? undefined : { value, line: said.get(key)?.line ?? 1 };
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
  return {
    ...defined({ ca: textOf(said, 'sslcertfile'), fingerprint }),
    ...clientCertificate(textOf(said, 'sslcert'), saidAs(said, 'sslkey'), draft),
  };
}

const carried = new Set(
  'user proto port via ssl sslfingerprint sslcertfile sslcert sslkey password passwordfile'.split(
    ' ',
  ),
);

/** Once for each place, though several users may share it. */
function leaveKeys(said: Settings, type: AccountType, draft: Draft): void {
  for (const [key, { value, line }] of said) {
    if (carried.has(key) || isHeld(key, value, type)) continue;
    const what = value === false ? `no ${key}` : key;
    draft.leave(line, what, reasons[what] ?? reasons[key] ?? 'posthorn has nothing like it');
  }
}

/** What posthorn does anyway, and what it has a key for in this form alone. */
function isHeld(key: string, value: string | boolean, type: AccountType): boolean {
  const word = String(value).toLowerCase();
  if (key === 'keep') return type === 'pop3' || value === true;
  if (key === 'auth') return methods[word] !== undefined || ['any', 'password'].includes(word);
  if (key === 'sslproto') return ['', 'auto', 'tls1.2+', 'tls1.3+'].includes(word);
  if (key === 'sslcertck' || key === 'uidl') return value === true;
  return value === false;
}

/** What fetchmail does where nothing is said, and posthorn does not. */
function leaveHabits(said: Settings, type: AccountType, line: number, draft: Draft): void {
  if (type === 'imap' && said.get('keep') === undefined)
    draft.leave(line, 'no keep', reasons['keep'] ?? '');
  if (said.get('ssl')?.value !== true && said.get('sslproto')?.value !== '')
    draft.leave(
      line,
      'no ssl',
      'posthorn insists on STARTTLS; set incoming.security to tls where the port begins with TLS',
    );
}

const byCommand = 'posthorn runs no commands around a poll';
const asItIs = 'mail stays as it is, byte for byte';
const noListener = 'posthorn writes Maildir folders and hands nothing on by SMTP';
const oneOwner = 'posthorn delivers to the folder of the account alone';

const reasons: Readonly<Record<string, string>> = {
  keep: 'of an IMAP server posthorn deletes nothing after fetching',
  is: 'posthorn writes Maildir folders of the account: set path',
  auth: 'posthorn has no such mechanism; set to auto',
  timeout: 'posthorn has deadlines of its own',
  mda: 'posthorn writes Maildir folders itself',
  bsmtp: 'posthorn writes Maildir folders itself',
  smtphost: noListener,
  smtpaddress: noListener,
  smtpname: noListener,
  lmtp: noListener,
  antispam: noListener,
  plugout: noListener,
  esmtpname: noListener,
  esmtppassword: noListener,
  fetchdomains: oneOwner,
  aka: oneOwner,
  localdomains: oneOwner,
  envelope: oneOwner,
  qvirtual: oneOwner,
  dns: oneOwner,
  checkalias: oneOwner,
  folder: 'every folder of the account is fetched',
  fetchall: 'what was fetched is never fetched again',
  flush: 'posthorn deletes only what it has stored',
  limitflush: 'posthorn deletes only what it has stored',
  interval: 'set incoming.interval',
  interface: 'posthorn polls whatever network there is',
  monitor: 'posthorn polls whatever network there is',
  'no sslcertck': 'certificates are always checked: pin one with incoming.tls.fingerprint',
  sslproto: 'TLS 1.2 and newer are always used',
  sslcertpath: 'name one file with incoming.tls.ca',
  sslcommonname: 'the certificate is always checked against incoming.host',
  passwordfd: 'set incoming.password',
  rewrite: asItIs,
  stripcr: asItIs,
  forcecr: asItIs,
  mimedecode: asItIs,
  dropstatus: asItIs,
  dropdelivered: asItIs,
  tracepolls: asItIs,
  pass8bits: noListener,
  idle: 'see incoming.idle',
  'no uidl': 'UIDL is always used',
  fastuidl: 'UIDL is always used',
  preconnect: byCommand,
  postconnect: byCommand,
  limit: 'messages are always fetched whole',
  warnings: 'messages are always fetched whole',
  fetchlimit: 'every message is fetched',
  fetchsizelimit: 'posthorn paces itself',
  batchlimit: 'posthorn paces itself',
  expunge: 'posthorn keeps its own rules for this: see docs/configuration.md',
};
