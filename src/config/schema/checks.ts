/** What a schema cannot say: keys that need or exclude each other, within an account and between accounts. */
import { dirname } from 'node:path';
import { accountNameFault } from '../../core/account/account-name.ts';
import type { Account } from '../../core/account/account.ts';
import { isLoopbackHost } from '../../core/account/host.ts';
import { checkSync } from './check-sync.ts';
import { sayer, type Fault, type Say } from './fault.ts';
import { credentialsOf } from '../read/resolve-account.ts';
import type { AccountEntry, IncomingEntry, OutgoingEntry, TlsEntry } from './schema.ts';

export function checkName(name: string): Fault[] {
  const fault = accountNameFault(name);
  if (fault === undefined) return [];
  const path = ['accounts', name];
  return [
    {
      path,
      message: `the account name \`${name}\` ${fault}`,
      remedy: 'Choose another name.',
      at: 'key',
    },
  ];
}

/** `entry` has its defaults merged in, `own` is what stands in the account itself. */
export function checkAccount(name: string, entry: AccountEntry, own: AccountEntry): Fault[] {
  const say = sayer(name);
  return [
    ...checkMissing(entry, say),
    ...checkType(entry, own, say),
    ...checkSync(entry, own, say),
    ...checkInClear('incoming', entry.receive === false ? undefined : entry.incoming, say),
    ...checkInClear(
      'outgoing',
      entry.send === false || noLogin(entry) ? undefined : entry.outgoing,
      say,
    ),
    ...checkClientCertificate('incoming', entry.incoming?.tls, say),
    ...checkClientCertificate('outgoing', entry.outgoing?.tls, say),
    ...checkCredentials(entry.outgoing, say),
    ...checkCertificate(entry.certificate, say),
  ];
}

function checkCertificate(certificate: AccountEntry['certificate'], say: Say): Fault[] {
  if (certificate?.password === undefined || certificate.file !== undefined) return [];
  return [say(['certificate', 'file'], 'is missing', 'Name the file that the password opens.')];
}

function noLogin(entry: AccountEntry): boolean {
  return entry.outgoing !== undefined && credentialsOf(entry.outgoing) === 'none';
}

function checkMissing(entry: AccountEntry, say: Say): Fault[] {
  const faults: Fault[] = [];
  if (entry.identity?.address === undefined) {
    faults.push(say(['identity', 'address'], 'is missing', "Give the account's e-mail address."));
  }
  if (entry.receive !== false && entry.incoming?.host === undefined) {
    faults.push(
      say(['incoming', 'host'], 'is missing', 'Name the server, or set `receive: false`.'),
    );
  }
  if (entry.send !== false && entry.outgoing?.host === undefined) {
    faults.push(say(['outgoing', 'host'], 'is missing', 'Name the server, or set `send: false`.'));
  }
  return faults;
}

const imapKeys = ['idle', 'backgroundSync', 'createSystemFolders', 'maxConnections'] as const;

function checkType(entry: AccountEntry, own: AccountEntry, say: Say): Fault[] {
  const faults: Fault[] = [];
  if (entry.type === 'pop3') {
    for (const key of imapKeys)
      if (own.incoming?.[key] !== undefined)
        faults.push(say(['incoming', key], 'is for IMAP; this account is POP3', 'Remove the key.'));
    return faults;
  }
  if (own.incoming?.leaveOnServer !== undefined) {
    faults.push(
      say(
        ['incoming', 'leaveOnServer'],
        'is for POP3; this account is IMAP',
        'Remove the key, or set `type: pop3`.',
      ),
    );
  }
  if (entry.incoming?.auth === 'apop') {
    faults.push(
      say(
        ['incoming', 'auth'],
        'cannot be apop: that is for POP3; this account is IMAP',
        'Use `auth: auto`.',
      ),
    );
  }
  return faults;
}

/** Mechanisms that hand over the password or token itself. With `auto` it is decided when the server has spoken. */
const readable = new Set(['plain', 'login', 'xoauth2', 'oauthbearer']);

function checkInClear(
  side: 'incoming' | 'outgoing',
  server: IncomingEntry | OutgoingEntry | undefined,
  say: Say,
): Fault[] {
  if (server?.security !== 'none' || server.allowInsecure === true || server.host === undefined)
    return [];
  if (!readable.has(server.auth ?? 'auto') || isLoopbackHost(server.host)) return [];
  const remedy =
    'Set `security: tls` or `security: starttls`; `allowInsecure: true` sends the password in clear all the same.';
  return [
    say(
      [side, 'auth'],
      `cannot be ${server.auth ?? ''} without encryption beyond this machine`,
      remedy,
    ),
  ];
}

function checkClientCertificate(
  side: 'incoming' | 'outgoing',
  tls: TlsEntry | undefined,
  say: Say,
): Fault[] {
  if ((tls?.cert === undefined) === (tls?.key === undefined)) return [];
  const missing = tls?.cert === undefined ? 'cert' : 'key';
  return [
    say([side, 'tls', missing], 'is missing', 'A client certificate needs both `cert` and `key`.'),
  ];
}

function checkCredentials(outgoing: OutgoingEntry | undefined, say: Say): Fault[] {
  const chosen = outgoing?.credentials;
  if (outgoing === undefined || chosen === undefined || chosen === 'own') return [];
  const remedy = 'Set `credentials: own`, or remove the key.';
  return (['username', 'password'] as const)
    .filter((key) => outgoing[key] !== undefined)
    .map((key) => say(['outgoing', key], `does not go with \`credentials: ${chosen}\``, remedy));
}

/** Two accounts must not share an id, nor one Maildir tree. */
export function checkTogether(accounts: readonly Account[]): Fault[] {
  const ids = new Map<string, string>();
  const roots = new Map(accounts.toReversed().map((account) => [account.path, account.name]));
  return accounts.flatMap((account) => [...checkId(account, ids), ...checkRoot(account, roots)]);
}

function checkId(account: Account, seen: Map<string, string>): Fault[] {
  if (account.id === undefined) return [];
  const other = seen.get(account.id);
  seen.set(account.id, account.name);
  if (other === undefined) return [];
  const remedy = 'Remove the id of the account that is the copy: it gets its own.';
  return [sayer(account.name)(['id'], `is that of \`${other}\` too`, remedy)];
}

/** The same folder, or one within the other's: folders and messages would mix. */
function checkRoot(account: Account, roots: ReadonlyMap<string, string>): Fault[] {
  for (let path = account.path; ; path = dirname(path)) {
    const other = roots.get(path);
    if (other !== undefined && other !== account.name) {
      const message = path === account.path ? 'is the folder of' : 'lies within the folder of';
      return [
        sayer(account.name)(
          ['path'],
          `${message} \`${other}\``,
          'Give each account a folder of its own.',
        ),
      ];
    }
    if (path === dirname(path)) return [];
  }
}

export function checkDefaultAccount(
  name: string | undefined,
  accounts: ReadonlyMap<string, Account>,
): Fault[] {
  if (name === undefined) return [];
  const account = accounts.get(name);
  const path = ['defaultAccount'];
  if (account === undefined) {
    const remedy = 'Name one of `accounts`, or remove the key.';
    return [
      {
        path,
        message: `\`defaultAccount\` names \`${name}\`, and there is no such account`,
        remedy,
        at: 'value',
      },
    ];
  }
  if (account.send) return [];
  const remedy = 'Name an account that sends.';
  return [
    {
      path,
      message: `\`defaultAccount\` names \`${name}\`, which does not send`,
      remedy,
      at: 'value',
    },
  ];
}
