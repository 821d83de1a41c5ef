/** OfflineIMAP: accounts of a remote and a local repository. */

import type { AuthMethod, Security } from '../../../core/account/account.ts';
import type { Imported, ImportedPassword, ImportedSync } from '../../../ports/accounts/importer.ts';
import { defined } from '../../../defined.ts';
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
} from '../draft.ts';
import { readIni, type IniSection } from '../ini.ts';
import { connectionsOf, offlineimapPolicy } from './policy.ts';
import { pythonPassword, pythonText } from '../python.ts';

type Sections = ReadonlyMap<string, IniSection>;

export function parseOfflineimaprc(text: string): Imported {
  const draft = new Draft();
  const sections = readIni(text, draft, { interpolation: true });
  const general = sections.get('general');
  const active = general
    ?.take('accounts')
    ?.value.split(',')
    .map((name) => name.trim());
  for (const section of sections.values()) {
    const name = /^Account\s+(.+)$/.exec(section.name)?.[1]?.trim();
    if (name !== undefined)
      readAccount(name, section, sections, active?.includes(name) ?? true, draft);
    else if (!/^Repository\s|^DEFAULT$/.test(section.name)) leaveSection(section, draft);
  }
  sections.get('DEFAULT')?.leaveRest(draft, { ...remoteReasons, ...accountReasons });
  for (const { name, line } of sections.values())
    if (/^Repository\s/.test(name) && !usedRepositories(sections).has(name))
      draft.leave(line, name, 'no account uses it');
  return draft.result();
}

function leaveSection(section: IniSection, draft: Draft): void {
  if (section.name !== 'general')
    draft.leave(section.line, `[${section.name}]`, 'posthorn has nothing like it');
  section.leaveRest(draft, generalReasons);
}

const generalReasons = {
  socktimeout: 'posthorn has deadlines of its own',
  fsync: 'what is fetched is always durable',
  pythonfile: 'posthorn runs no Python; a function in it may be what a password comes from',
  maxsyncaccounts: 'accounts are always fetched side by side',
  ui: 'posthorn has one way to talk',
  metadata: 'posthorn keeps its own state',
};

function usedRepositories(sections: Sections): Set<string> {
  const accounts = [...sections.values()].filter(({ name }) => name.startsWith('Account '));
  return new Set(
    accounts.flatMap((each) =>
      ['localrepository', 'remoterepository'].map((key) => `Repository ${each.text(key) ?? ''}`),
    ),
  );
}

function readAccount(
  name: string,
  section: IniSection,
  sections: Sections,
  enabled: boolean,
  draft: Draft,
): void {
  const remote = sections.get(`Repository ${section.text('remoterepository') ?? ''}`);
  const local = sections.get(`Repository ${section.text('localrepository') ?? ''}`);
  const interval = intervalOf(section, draft);
  const sync =
    remote === undefined ? {} : offlineimapPolicy({ account: section, remote, local }, draft);
  section.leaveRest(draft, accountReasons);
  const refusal =
    remote === undefined ? 'it names no remote repository that is there' : refusalOf(remote);
  if (remote === undefined || refusal !== undefined) {
    draft.leave(section.line, section.name, `not imported: ${refusal ?? ''}`);
    return;
  }
  addAccount({ name, section, remote, path: pathOf(local, draft), enabled, interval, sync }, draft);
  remote.leaveRest(draft, remoteReasons);
  local?.leaveRest(draft, localReasons);
}

function refusalOf(remote: IniSection): string | undefined {
  if (remote.take('preauthtunnel') !== undefined || remote.take('transporttunnel') !== undefined)
    return 'it connects through a tunnel command, and posthorn connects by itself';
  const type = remote.text('type')?.toLowerCase() ?? 'imap';
  if (type !== 'imap' && type !== 'gmail') return `its remote repository is of the type ${type}`;
  return type === 'imap' && remote.take('remotehost') === undefined
    ? 'its remote repository names no remotehost'
    : undefined;
}

const accountReasons = {
  quick: 'a poll without news costs next to nothing',
  status_backend: 'posthorn keeps its own state',
  utf8foldernames: 'folder names are always UTF-8 on disk',
  filterheaders: 'mail stays as it is, byte for byte',
  proxy: 'posthorn connects by itself, without a proxy',
  authproxy: 'posthorn connects by itself, without a proxy',
  presynchook: 'posthorn runs no commands around a poll',
  postsynchook: 'posthorn runs no commands around a poll',
};

/** Minutes; halves are allowed. */
function intervalOf(section: IniSection, draft: Draft): string | undefined {
  const value = section.take('autorefresh');
  if (value === undefined) return undefined;
  const seconds = Math.round(Number(value.value) * 60);
  if (seconds >= 1 && seconds < 10_000_000)
    return seconds % 60 === 0 ? `${String(seconds / 60)}m` : `${String(seconds)}s`;
  draft.leave(value.line, value.key, 'no number of minutes');
  return undefined;
}

function pathOf(local: IniSection | undefined, draft: Draft): string | undefined {
  const type = local?.take('type');
  const value = local?.take('localfolders');
  if (/^(?:gmail)?maildir$/i.test(type?.value ?? ''))
    return value === undefined ? undefined : folder(value.value);
  if (type !== undefined)
    draft.leave(
      type.line,
      'type',
      'posthorn writes Maildir alone; the mail goes to the folder of the account',
    );
  return undefined;
}

interface Found {
  readonly name: string;
  readonly section: IniSection;
  readonly remote: IniSection;
  readonly path: string | undefined;
  readonly enabled: boolean;
  readonly interval: string | undefined;
  readonly sync: ImportedSync;
}

function addAccount(found: Found, draft: Draft): void {
  const { name, section, remote, path, enabled, interval, sync } = found;
  const host = remote.text('remotehost') ?? 'imap.gmail.com';
  const user = remote.text('remoteuser');
  const { address, guessed } = addressOf(user, host);
  if (guessed) draft.leave(section.line, section.name, addressGuessed);
  const { password, secret } = passwordOf(remote, draft);
  draft.addFound({
    name,
    line: section.line,
    secrets: secret === undefined ? {} : { incoming: secret },
    entry: receivingEntry({
      label: name,
      type: 'imap',
      ...defined({ enabled: enabled ? undefined : false }),
      identity: { address: address ?? `unknown@${host}` },
      incoming: {
        host,
        ...defined({ port: portOf(remote.take('remoteport'), 'remoteport', draft) }),
        security: securityOf(remote),
        ...defined({
          auth: authOf(remote, draft),
          username: user === address ? undefined : user,
          password,
          interval,
        }),
        ...connectionsOf(remote, draft),
        tls: tlsOf(remote, draft),
      },
      sync,
      ...defined({ path }),
    }),
  });
}

/** TLS from the start is its default since version 6.5.5. */
function securityOf(remote: IniSection): Security {
  const ssl = flag(remote.text('ssl') ?? '') ?? true;
  const starttls = flag(remote.text('starttls') ?? '') ?? true;
  if (ssl) return 'tls';
  return starttls ? 'starttls' : 'none';
}

function passwordOf(
  remote: IniSection,
  draft: Draft,
): { password?: ImportedPassword; secret?: string } {
  const file = remote.text('remotepassfile');
  const expression = remote.take('remotepasseval');
  const secret = remote.text('remotepass');
  if (secret !== undefined) return { password: stored, secret };
  if (file !== undefined) return { password: { file } };
  if (expression === undefined) return {};
  const literal = pythonText(expression.value);
  if (literal !== undefined && literal !== '') return { password: stored, secret: literal };
  const password = pythonPassword(expression.value);
  if (password !== undefined) return { password };
  draft.leave(
    expression.line,
    expression.key,
    'posthorn runs no Python: name a command that prints the password, incoming.password',
  );
  return {};
}

const mechanisms: Readonly<Record<string, AuthMethod>> = {
  plain: 'plain',
  login: 'login',
  'cram-md5': 'cram-md5',
  xoauth2: 'xoauth2',
};

function authOf(remote: IniSection, draft: Draft): AuthMethod | undefined {
  const given = remote.take('auth_mechanisms');
  if (given === undefined) return undefined;
  const words = given.value.toLowerCase().split(/[\s,]+/);
  const [only = ''] = words;
  const found = words.length === 1 ? mechanisms[only] : undefined;
  if (found === undefined)
    draft.leave(
      given.line,
      given.key,
      'posthorn takes one mechanism, or the strongest that the server offers; set to auto',
    );
  return found;
}

function tlsOf(
  remote: IniSection,
  draft: Draft,
): { ca?: string; fingerprint?: string; cert?: string; key?: string } {
  const authorities = remote.take('sslcacertfile');
  const given = remote.take('cert_fingerprint');
  const fingerprint = given === undefined ? undefined : sha256(given.value);
  if (given !== undefined && fingerprint === undefined)
    draft.leave(
      given.line,
      given.key,
      'posthorn pins one certificate by its SHA-256: see incoming.tls.fingerprint',
    );
  const system = authorities?.value === 'OS-DEFAULT';
  return {
    ...defined({ ca: system ? undefined : authorities?.value, fingerprint }),
    ...clientCertificate(remote.text('sslclientcert'), remote.take('sslclientkey'), draft),
  };
}

const remoteReasons = {
  remotehosteval: 'posthorn runs no Python: set incoming.host',
  remoteporteval: 'posthorn runs no Python: set incoming.port',
  remote_identity: 'posthorn logs in as the user alone',
  ipv6: 'the system decides between IPv4 and IPv6',
  folderincludes: 'every folder is fetched',
  foldersort: 'the inbox comes first',
  decodefoldernames: 'folder names are always UTF-8 on disk',
  newmail_hook: 'posthorn runs no commands around a poll',
  retrycount: 'posthorn tries again by itself',
  trashfolder: 'name the folder under folders.trash',
  spamfolder: 'name the folder under folders.spam',
  oauth2_client_id: 'name a command that prints a token: incoming.password, with auth xoauth2',
  oauth2_client_secret: 'name a command that prints a token: incoming.password, with auth xoauth2',
  oauth2_refresh_token: 'name a command that prints a token: incoming.password, with auth xoauth2',
  oauth2_access_token: 'name a command that prints a token: incoming.password, with auth xoauth2',
  remoteusereval: 'posthorn runs no Python: set incoming.username',
  nametrans: 'folders keep their names',
  holdconnectionopen: 'see incoming.idle',
  idlefolders: 'see incoming.idle',
  keepalive: 'posthorn keeps connections alive by itself',
  ssl_version: 'TLS 1.2 and newer are always used',
  tls_level: 'TLS 1.2 and newer are always used',
  createfolders: 'posthorn makes no folders on the server while it fetches',
};

const localReasons = {
  sep: 'see options.layout',
  nametrans: 'folders keep their names',
  utime_from_header: 'the date of arrival is always kept',
  filename_use_mail_timestamp: 'names of files are those of posthorn',
  startdate: 'every message is fetched',
  restoreatime: 'posthorn reads no message again',
};
