/** msmtp: accounts that send, what `defaults` says of those below it, and `account x : y` to inherit. */

import type { AuthMethod, Security } from '../../core/account/account.ts';
import type { Imported, ImportedEntry, ImportedPassword } from '../../ports/accounts/importer.ts';
import { defined } from '../../defined.ts';
import {
  addressGuessed,
  addressOf,
  clientCertificate,
  compact,
  Draft,
  flag,
  portOf,
  sha256,
  stored,
} from './draft.ts';

interface Setting {
  readonly value: string;
  readonly line: number;
}

interface Block {
  readonly name: string;
  readonly line: number;
  readonly settings: Map<string, Setting>;
  /** Keys of its own, without those that it inherits. */
  readonly own: Set<string>;
}

export function parseMsmtprc(text: string): Imported {
  const draft = new Draft();
  const blocks = readBlocks(text, draft);
  for (const block of blocks.values())
    if (block.name !== 'default' || block.own.size > 0) addAccount(block, draft);
  return draft.result();
}

function readBlocks(text: string, draft: Draft): Map<string, Block> {
  const blocks = new Map<string, Block>();
  let defaults = new Map<string, Setting>();
  let open: Block | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const [, key = '', value = ''] = /^\s*([^\s#]\S*)\s*(.*?)\s*$/.exec(raw) ?? [];
    const setting = { value: unquoted(value), line: at + 1 };
    if (key === '') continue;
    if (key === 'defaults') {
      open = undefined;
      defaults = new Map();
    } else if (key === 'account') {
      open = openBlock(value, at + 1, blocks, defaults, draft);
      blocks.set(open.name, open);
    } else if (key === 'eval')
      draft.leave(
        at + 1,
        key,
        'posthorn runs nothing while it imports: write the line that it prints',
      );
    else if (open === undefined) defaults.set(key, setting);
    else {
      open.settings.set(key, setting);
      open.own.add(key);
    }
  }
  return blocks;
}

/** `NAME`, or `NAME : PARENT, PARENT`; the default sender is one that inherits everything. */
function openBlock(
  value: string,
  line: number,
  blocks: ReadonlyMap<string, Block>,
  defaults: Map<string, Setting>,
  draft: Draft,
): Block {
  const [name = '', parents = ''] = value.split(':').map((part) => part.trim());
  const settings = new Map(defaults);
  for (const parent of parents
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')) {
    const found = blocks.get(parent);
    if (found === undefined)
      draft.leave(line, `account ${name}`, `there is no account ${parent} above it`);
    for (const [key, setting] of found?.settings ?? []) settings.set(key, setting);
    if (name === 'default' && found !== undefined) draft.defaultAccount = parent;
  }
  return { name, line, settings, own: new Set() };
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}

function addAccount(block: Block, draft: Draft): void {
  const text = (key: string): string | undefined => block.settings.get(key)?.value;
  const host = text('host');
  if (host === undefined || host === '') {
    draft.leave(block.line, `account ${block.name}`, 'not imported: it names no host');
    return;
  }
  const proxied =
    block.settings.get('socket') ??
    (text('proxy_host') === undefined ? undefined : block.settings.get('proxy_host'));
  if (proxied !== undefined) {
    draft.leave(
      proxied.line,
      `account ${block.name}`,
      'not imported: it connects through a proxy or a socket, and posthorn connects by itself',
    );
    return;
  }
  if (text('protocol')?.toLowerCase() === 'lmtp') {
    const { line } = block.settings.get('protocol') ?? block;
    draft.leave(line, `account ${block.name}`, 'not imported: posthorn speaks no LMTP');
    return;
  }
  const { address, guessed } = senderOf(block, host, draft);
  if (guessed) draft.leave(block.line, `account ${block.name}`, addressGuessed);
  const { secret } = passwordOf(block);
  const auth = authOf(block, draft);
  leaveKeys(block, draft);
  if (block.name === 'default') draft.defaultAccount = 'default-sender';
  draft.addFound({
    name: block.name === 'default' ? 'default-sender' : block.name,
    line: block.line,
    secrets: secret === undefined || auth === 'none' ? {} : { outgoing: secret },
    entry: compact({
      label: block.name,
      identity: {
        ...defined({ name: text('from_full_name') }),
        address: address ?? `unknown@${host}`,
      },
      receive: false,
      outgoing: outgoingOf(block, host, auth, draft),
    }),
  });
}

/** `from` may be a pattern, or hold what msmtp fills in. */
function senderOf(
  { settings }: Block,
  host: string,
  draft: Draft,
): { address?: string; guessed: boolean } {
  const from = settings.get('from');
  const found = addressOf(settings.get('user')?.value, host);
  if (from === undefined || from.value === '') return found;
  if (/^[^@%*?[\]]+@[^@%*?[\]]+$/.test(from.value)) return { address: from.value, guessed: false };
  draft.leave(from.line, 'from', 'it is no single address: set identity.address');
  return found;
}

type Auth = ReturnType<typeof authOf>;

function outgoingOf(
  block: Block,
  host: string,
  auth: Auth,
  draft: Draft,
): NonNullable<ImportedEntry['outgoing']> {
  const text = (key: string): string | undefined => block.settings.get(key)?.value;
  const security = securityOf(text);
  const { password } = passwordOf(block);
  return {
    host,
    port: portOf(block.settings.get('port'), 'port', draft) ?? (security === 'tls' ? 465 : 25),
    security,
    credentials: auth === 'none' ? ('none' as const) : ('own' as const),
    ...defined({ auth: auth === 'none' ? undefined : auth }),
    ...(auth === 'none' ? {} : defined({ username: text('user'), password })),
    tls: tlsOf(block, draft),
  };
}

/** TLS is off unless it is switched on, and then STARTTLS unless that is switched off: msmtp(1). */
function securityOf(text: (key: string) => string | undefined): Security {
  if (flag(text('tls') ?? 'off') !== true) return 'none';
  return flag(text('tls_starttls') ?? 'on') === false ? 'tls' : 'starttls';
}

function passwordOf({ settings }: Block): { password?: ImportedPassword; secret?: string } {
  const secret = settings.get('password')?.value;
  const command = settings.get('passwordeval')?.value;
  if (command !== undefined && command !== '') return { password: { command } };
  return secret === undefined || secret === '' ? {} : { password: stored, secret };
}

const methods = new Map<string, Exclude<AuthMethod, 'apop'>>(
  (
    [
      'plain',
      'login',
      'cram-md5',
      'scram-sha-1',
      'scram-sha-256',
      'xoauth2',
      'oauthbearer',
      'external',
    ] as const
  ).map((word) => [word, word]),
);

function authOf(
  { settings }: Block,
  draft: Draft,
): Exclude<AuthMethod, 'apop'> | 'none' | undefined {
  const given = settings.get('auth');
  const word = given?.value.toLowerCase() ?? 'off';
  if (word === 'off') return 'none';
  if (given === undefined || word === 'on' || word === '') return undefined;
  const method = methods.get(word);
  if (method === undefined)
    draft.leave(given.line, 'auth', 'posthorn has no such mechanism; set to auto');
  return method;
}

function tlsOf(
  { settings }: Block,
  draft: Draft,
): { ca?: string; fingerprint?: string; cert?: string; key?: string } {
  const given = settings.get('tls_fingerprint');
  const fingerprint = given === undefined ? undefined : sha256(given.value);
  if (given !== undefined && fingerprint === undefined && given.value !== '')
    draft.leave(
      given.line,
      'tls_fingerprint',
      'posthorn pins a certificate by its SHA-256: see outgoing.tls.fingerprint',
    );
  const authorities = settings.get('tls_trust_file')?.value;
  const named = (key: string): Setting | undefined =>
    settings.get(key)?.value === '' ? undefined : settings.get(key);
  return {
    ...defined({
      ca: authorities === '' || authorities === 'system' ? undefined : authorities,
      fingerprint,
    }),
    ...clientCertificate(named('tls_cert_file')?.value, named('tls_key_file'), draft),
  };
}

const carried = new Set(
  'host port from from_full_name user password passwordeval auth tls tls_starttls tls_trust_file tls_fingerprint tls_cert_file tls_key_file'.split(
    ' ',
  ),
);

/** What is inherited is named where it stands, once for each account that it concerns. */
function leaveKeys({ settings, name }: Block, draft: Draft): void {
  const auth = settings.get('auth');
  if (auth === undefined || auth.value.toLowerCase() === 'off') leaveLogin(settings, draft);
  for (const [key, { line, value }] of settings)
    if (!carried.has(key) && !isHeld(key, value))
      draft.leave(line, key, `${reasons[key] ?? 'posthorn has nothing like it'} (account ${name})`);
}

function leaveLogin(settings: Block['settings'], draft: Draft): void {
  for (const key of ['user', 'password', 'passwordeval']) {
    const setting = settings.get(key);
    if (setting !== undefined && setting.value !== '')
      draft.leave(setting.line, key, 'without `auth` nobody logs in: see outgoing.credentials');
  }
}

/** What posthorn does anyway. */
function isHeld(key: string, value: string): boolean {
  const word = value.toLowerCase();
  if (key === 'tls_certcheck' || key === 'remove_bcc_headers') return flag(value || 'on') === true;
  if (key === 'protocol') return word === 'smtp';
  if (['set_date_header', 'set_msgid_header'].includes(key)) return word === 'auto';
  return value === '' && emptyIsNone.has(key);
}

/** Commands whose empty argument takes an earlier one back. */
const emptyIsNone = new Set(
  'logfile aliases proxy_host proxy_port source_ip tls_crl_file tls_priorities tls_host_override dsn_notify'.split(
    ' ',
  ),
);

const reasons: Readonly<Record<string, string>> = {
  tls_certcheck: 'certificates are always checked: pin one with outgoing.tls.fingerprint',
  remove_bcc_headers: 'Bcc is always taken off',
  add_missing_from_header: 'a message without From gets that of the account',
  add_missing_date_header: 'a message without Date gets one',
  set_msgid_header: 'a message without Message-ID gets one',
  keepbcc: 'Bcc is always taken off',
  source_ip: 'the system chooses the address to connect from',
  proxy_port: 'posthorn connects by itself, without a proxy',
  tls_host_override: 'the certificate is always checked against outgoing.host',
  ntlmdomain: 'posthorn has no NTLM',
  logfile_time_format: 'see posthorn daemon',
  tls_crl_file: 'posthorn reads no revocation lists',
  tls_min_dh_prime_bits: 'TLS 1.2 and newer are always used',
  tls_priorities: 'TLS 1.2 and newer are always used',
  logfile: 'see posthorn daemon',
  syslog: 'see posthorn daemon',
  timeout: 'posthorn has deadlines of its own',
  domain: 'posthorn introduces itself by the name of the machine',
  aliases: 'posthorn has no aliases',
  auto_from: 'the sender is the address of the account',
  maildomain: 'the sender is the address of the account',
  allow_from_override: 'the sender is the address of the account',
  set_from_header: 'the From header of a finished message stays as it is',
  set_date_header: 'a message without Date gets one',
  undisclosed_recipients: 'Bcc is always taken off',
  dsn_notify: 'posthorn asks for no delivery reports',
  dsn_return: 'posthorn asks for no delivery reports',
};
