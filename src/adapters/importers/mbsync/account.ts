/** How to connect, as mbsync writes it: an IMAPAccount, or an IMAPStore without one. */

import type { AuthMethod, Security } from '../../../core/account/account.ts';
import type {
  ImportedEntry,
  ImportedPassword,
  ImportedSync,
} from '../../../ports/accounts/importer.ts';
import {
  addressGuessed,
  addressOf,
  clientCertificate,
  folder,
  portOf,
  receivingEntry,
  stored,
  type Draft,
  type Said,
} from '../draft.ts';
import { defined } from '../../../defined.ts';
import { connectionKeys, type Section } from './sections.ts';

export interface Joined {
  readonly path: string | undefined;
  readonly tags: string[] | undefined;
  readonly trash: string | undefined;
  readonly sync: ImportedSync;
}

export function mbsyncAccount(
  section: Section,
  { path, tags, trash, sync }: Joined,
  draft: Draft,
): void {
  const what = `${section.kind === 'imapstore' ? 'IMAPStore' : 'IMAPAccount'} ${section.name}`;
  const tunnel = section.entries.find(({ key }) => key === 'tunnel');
  if (tunnel !== undefined) {
    draft.leave(
      tunnel.line,
      what,
      'not imported: it connects through a tunnel command, and posthorn connects by itself',
    );
    return;
  }
  const { host, implicit } = hostOf(section.value('host') ?? '');
  if (host === '') {
    draft.leave(section.line, what, 'not imported: it names no Host');
    return;
  }
  leaveKeys(section, draft);
  const user = section.value('user');
  const { address, guessed } = addressOf(user, host);
  if (guessed) draft.leave(section.line, what, addressGuessed);
  const secret = section.value('passcmd') === undefined ? section.value('pass') : undefined;
  draft.addFound({
    name: section.name,
    line: section.line,
    secrets: secret === undefined || secret === '' ? {} : { incoming: secret },
    entry: receivingEntry({
      label: section.name,
      ...(tags === undefined ? {} : { tags }),
      type: 'imap',
      identity: { address: address ?? `unknown@${host}` },
      incoming: incomingOf(
        section,
        { host, user: user === address ? undefined : user, implicit },
        draft,
      ),
      folders: { ...defined({ trash }) },
      sync,
      ...defined({ path }),
    }),
  });
}

function incomingOf(
  section: Section,
  { host, user, implicit }: { host: string; user: string | undefined; implicit: boolean },
  draft: Draft,
): NonNullable<ImportedEntry['incoming']> {
  return {
    host,
    ...defined({ port: portOf(section.entry('port'), 'Port', draft) }),
    security: securityOf(section, implicit),
    ...defined({ auth: authOf(section, draft), username: user, password: passwordOf(section) }),
    tls: {
      ...defined({ ca: fileOf(section, 'certificatefile') }),
      ...clientCertificate(fileOf(section, 'clientcertificate'), keyOf(section), draft),
    },
  };
}

function hostOf(text: string): { host: string; implicit: boolean } {
  const implicit = /^imaps:/i.test(text);
  return { host: text.replace(/^imaps?:(?:\/\/)?/i, ''), implicit };
}

/** STARTTLS unless the file says otherwise: mbsync(1), TLSType. Older files have UseIMAPS and RequireSSL. */
function securityOf(section: Section, implicit: boolean): Security {
  const type = (section.value('tlstype') ?? section.value('ssltype'))?.toLowerCase();
  if (type === 'imaps' || implicit || section.value('useimaps')?.toLowerCase() === 'yes')
    return 'tls';
  if (type === 'none') return 'none';
  return type === undefined && section.value('port') === '993' ? 'tls' : 'starttls';
}

const mechanisms: Readonly<Record<string, AuthMethod>> = {
  plain: 'plain',
  login: 'login',
  'cram-md5': 'cram-md5',
  'scram-sha-1': 'scram-sha-1',
  'scram-sha-256': 'scram-sha-256',
  xoauth2: 'xoauth2',
  oauthbearer: 'oauthbearer',
  external: 'external',
};

function authOf(section: Section, draft: Draft): AuthMethod | undefined {
  const line = section.entries.find(({ key }) => key === 'authmechs' || key === 'authmech');
  if (line === undefined || line.words.includes('*')) return undefined;
  const [only = '', ...others] = line.words.map((word) => word.toLowerCase());
  const found = mechanisms[only];
  if (others.length === 0 && found !== undefined) return found;
  draft.leave(
    line.line,
    line.word,
    'posthorn takes one mechanism, or the strongest that the server offers; set to auto',
  );
  return undefined;
}

/** A `+` says that the command wants no terminal: posthorn never gives it one. */
function passwordOf(section: Section): ImportedPassword | undefined {
  const command = section.value('passcmd')?.replace(/^\+/, '');
  if (command !== undefined && command.trim() !== '') return { command };
  return (section.value('pass') ?? '') === '' ? undefined : stored;
}

function keyOf(section: Section): Said | undefined {
  const [value, line] = [fileOf(section, 'clientkey'), section.entry('clientkey')?.line];
  return value === undefined || line === undefined ? undefined : { value, line };
}

function fileOf(section: Section, key: string): string | undefined {
  const value = section.value(key);
  return value === undefined || value === '' ? undefined : folder(value);
}

const carried = new Set(
  'host port user pass passcmd authmechs authmech tlstype ssltype certificatefile clientcertificate clientkey useimaps'.split(
    ' ',
  ),
);

function leaveKeys(section: Section, draft: Draft): void {
  for (const { key, word, line } of section.entries) {
    if (section.kind === 'imapstore' && !connectionKeys.has(key)) continue;
    if (key === 'pass' && section.value('passcmd') !== undefined)
      draft.leave(line, word, 'PassCmd is taken instead');
    else if (!carried.has(key))
      draft.leave(line, word, reasons[key] ?? 'posthorn has nothing like it');
  }
}

const versions = 'TLS 1.2 and newer are always used';

const reasons: Readonly<Record<string, string>> = {
  cipherstring: 'TLS 1.2 and newer are always used, with the ciphers of Node',
  disableextension: 'posthorn uses what the server offers',
  disableextensions: 'posthorn uses what the server offers',
  usercmd: 'the user name is written into the file: set incoming.username',
  sslversions: versions,
  sslversion: versions,
  tlsversions: versions,
  systemcertificates:
    'with a CertificateFile that alone is trusted, else the authorities of the system',
  requiressl: 'encryption is always required unless security is none',
  timeout: 'posthorn has deadlines of its own',
  pipelinedepth: 'posthorn paces itself',
  usekeychain: 'name a command that prints the password: incoming.password',
};
