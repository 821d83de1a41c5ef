/** getmail: one account a file; a retriever, a destination, options. */

import { posix } from 'node:path';
import { DataError } from '../../errors.ts';
import type { AccountType, Security } from '../../core/account/account.ts';
import type { Imported, ImportedPassword } from '../../ports/accounts/importer.ts';
import { defined } from '../../defined.ts';
import {
  addressGuessed,
  addressOf,
  clientCertificate,
  Draft,
  flag,
  folder,
  portOf,
  receivingEntry,
  sha256,
  stored,
} from './draft.ts';
import { readIni, type IniSection, type IniValue } from './ini.ts';
import { pythonList } from './python.ts';

const retrievers: Readonly<Record<string, { type: AccountType; security: Security }>> = {
  simplepop3retriever: { type: 'pop3', security: 'none' },
  simplepop3sslretriever: { type: 'pop3', security: 'tls' },
  simpleimapretriever: { type: 'imap', security: 'none' },
  simpleimapsslretriever: { type: 'imap', security: 'tls' },
};

/** Throws DataError where there is no retriever. */
export function parseGetmailrc(text: string, fileName: string): Imported {
  const draft = new Draft();
  const sections = readIni(text, draft, { interpolation: false });
  const retriever = sections.get('retriever');
  if (retriever === undefined)
    throw new DataError(`${fileName} has no section [retriever]`, {
      reach: 'program',
      remedy: 'Name another file, or another --from.',
    });
  const options = sections.get('options');
  addAccount(retriever, options, pathOf(sections.get('destination'), draft), fileName, draft);
  retriever.leaveRest(draft, retrieverReasons);
  options?.leaveRest(draft, optionReasons);
  for (const [name, section] of sections)
    if (!['retriever', 'destination', 'options', 'DEFAULT'].includes(name)) {
      draft.leave(section.line, `[${name}]`, 'posthorn has no filters and no other destinations');
      section.leaveRest(draft, {});
    }
  sections.get('DEFAULT')?.leaveRest(draft, {});
  return draft.result();
}

function addAccount(
  retriever: IniSection,
  options: IniSection | undefined,
  path: string | undefined,
  fileName: string,
  draft: Draft,
): void {
  const type = retriever.take('type');
  const kind = retrievers[type?.value.toLowerCase() ?? ''];
  const host = retriever.text('server');
  if (kind === undefined || host === undefined) {
    const why = kind === undefined ? refusalOf(type?.value) : 'it names no server';
    draft.leave(type?.line ?? retriever.line, '[retriever]', `not imported: ${why}`);
    return;
  }
  const user = retriever.text('username');
  const { address, guessed } = addressOf(user, host);
  if (guessed) draft.leave(retriever.line, '[retriever]', addressGuessed);
  const { password, secret } = passwordOf(retriever, draft);
  const starttls =
    flag(retriever.text('use_starttls') ?? '') === true ||
    flag(retriever.text('starttls') ?? '') === true;
  draft.addFound({
    name: nameOf(fileName),
    line: retriever.line,
    secrets: secret === undefined ? {} : { incoming: secret },
    entry: receivingEntry({
      type: kind.type,
      identity: { address: address ?? `unknown@${host}` },
      incoming: {
        host,
        ...defined({ port: portOf(retriever.take('port'), 'port', draft) }),
        security: starttls ? 'starttls' : kind.security,
        ...defined({
          auth: authOf(retriever),
          username: user === address ? undefined : user,
          password,
          leaveOnServer: leaveOf(kind.type, options, draft),
        }),
        tls: tlsOf(retriever, draft),
      },
      ...defined({ path }),
    }),
  });
}

function refusalOf(type: string | undefined): string {
  if (type === undefined) return 'it names no type';
  return /^(?:multidrop|brokenuidl)/i.test(type)
    ? `${type} is a mailbox for several people or without ids of messages, which posthorn does not sort`
    : `posthorn has no retriever like ${type}`;
}

/** `getmailrc` and `config` name nobody; the account is then named after its address. */
function nameOf(fileName: string): string | undefined {
  const base = posix
    .basename(fileName)
    .replace(/^(?:getmailrc|getmail)[-_.]|[-_.](?:getmailrc|getmail|rc|conf)$/gi, '');
  return base === '' || /^(?:-|\.?getmailrc|config|getmail|rc)$/i.test(base) ? undefined : base;
}

function passwordOf(
  retriever: IniSection,
  draft: Draft,
): { password?: ImportedPassword; secret?: string } {
  const command = retriever.take('password_command');
  const secret = retriever.text('password');
  if (secret !== undefined) return { password: stored, secret };
  if (command === undefined) return {};
  const words = pythonList(command.value);
  if (words !== undefined && words.length > 0) return { password: { command: words } };
  draft.leave(command.line, command.key, 'it is no tuple of texts: set incoming.password');
  return {};
}

function authOf(retriever: IniSection): 'apop' | 'cram-md5' | undefined {
  if (flag(retriever.text('use_apop') ?? '') === true) return 'apop';
  return flag(retriever.text('use_cram_md5') ?? '') === true ? 'cram-md5' : undefined;
}

function tlsOf(
  retriever: IniSection,
  draft: Draft,
): { ca?: string; fingerprint?: string; cert?: string; key?: string } {
  const given = retriever.take('ssl_fingerprints');
  const prints = given === undefined ? [] : (pythonList(given.value) ?? [given.value]);
  const fingerprint = prints.length === 1 ? sha256(prints[0] ?? '') : undefined;
  if (given !== undefined && fingerprint === undefined)
    draft.leave(
      given.line,
      given.key,
      'posthorn pins one certificate by its SHA-256: see incoming.tls.fingerprint',
    );
  return {
    ...defined({ ca: retriever.text('ca_certs'), fingerprint }),
    ...clientCertificate(retriever.text('certfile'), retriever.take('keyfile'), draft),
  };
}

/** getmail keeps everything on the server unless told otherwise, as posthorn does. */
function leaveOf(
  type: AccountType,
  options: IniSection | undefined,
  draft: Draft,
): boolean | string | undefined {
  const now = options?.take('delete');
  const after = options?.take('delete_after');
  const days = Number(after?.value ?? 0);
  const deletes = flag(now?.value ?? '') === true;
  if (type === 'imap') {
    for (const each of [deletes ? now : undefined, days > 0 ? after : undefined])
      leaveDeletion(each, draft);
    return undefined;
  }
  if (deletes) return false;
  return Number.isInteger(days) && days > 0 && days < 10_000_000 ? `${String(days)}d` : undefined;
}

function leaveDeletion(value: IniValue | undefined, draft: Draft): void {
  if (value !== undefined)
    draft.leave(value.line, value.key, 'of an IMAP server posthorn deletes nothing after fetching');
}

/** The Maildir of getmail holds the messages itself; of posthorn, its inbox is a folder in it. */
function pathOf(destination: IniSection | undefined, draft: Draft): string | undefined {
  const type = destination?.take('type');
  const isMaildir = type?.value.toLowerCase() === 'maildir';
  const path = isMaildir ? destination?.take('path') : undefined;
  destination?.leaveRest(draft, destinationReasons);
  if (!isMaildir) {
    if (type !== undefined)
      draft.leave(
        type.line,
        '[destination]',
        'posthorn writes Maildir alone; the mail goes to the folder of the account',
      );
    return undefined;
  }
  if (path === undefined) return undefined;
  const root = folder(path.value);
  if (posix.basename(root).toUpperCase() === 'INBOX') return posix.dirname(root);
  draft.leave(
    path.line,
    path.key,
    'the folder is kept; new mail goes to INBOX in it, unless options.layout is maildir++',
  );
  return root;
}

const ofACommand = 'posthorn runs no command to deliver mail';

const destinationReasons = {
  path: 'posthorn writes Maildir alone',
  arguments: ofACommand,
  unixfrom: ofACommand,
  allow_root_commands: ofACommand,
  ignore_stderr: ofACommand,
  pipe_stdout: ofACommand,
  user: 'mail is written by whoever runs posthorn',
  filemode: 'mail is readable for its owner alone',
};

const retrieverReasons = {
  use_netrc: 'posthorn reads no netrc: set incoming.password',
  use_xoauth2: 'set incoming.auth to xoauth2; incoming.password is a command that prints a token',
  use_kerberos: 'posthorn has no Kerberos',
  imap_search: 'every message is fetched',
  imap_on_delete: 'posthorn moves nothing on the server after fetching',
  record_mailbox: 'mail stays as it is, byte for byte',
  delete_dup_msgids: 'every message is fetched',
  ssl_cert_hostname: 'the certificate is always checked against incoming.host',
  mailboxes: 'every folder of the account is fetched',
  use_keyring: 'name a command that prints the password: incoming.password',
  timeout: 'posthorn has deadlines of its own',
  move_on_delete: 'posthorn moves nothing on the server after fetching',
  use_peek: 'fetching never marks a message as read',
  ssl_version: 'TLS 1.2 and newer are always used',
  ssl_ciphers: 'TLS 1.2 and newer are always used, with the ciphers of Node',
};

const optionReasons = {
  read_all: 'what was fetched is never fetched again',
  delivered_to: 'posthorn adds no headers: mail stays as it is, byte for byte',
  received: 'posthorn adds no headers: mail stays as it is, byte for byte',
  verbose: 'see --quiet and --verbose',
  message_log: 'see posthorn daemon',
  use_netrc: 'posthorn reads no netrc: set incoming.password',
  netrc_file: 'posthorn reads no netrc: set incoming.password',
  to_oldmail_on_each_mail: 'what was fetched is remembered batch by batch',
  skip_imap_fetch_size: 'posthorn asks for sizes once',
  message_log_syslog: 'see posthorn daemon',
  message_log_verbose: 'see posthorn daemon',
  delete_bigger_than: 'size is no reason to delete',
  max_message_size: 'messages are always fetched whole',
  max_messages_per_session: 'every message is fetched',
  max_bytes_per_session: 'every message is fetched',
};
