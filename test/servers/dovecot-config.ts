/** Writes the configuration of a Dovecot 2.3 that lives in one folder and harms no other. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './authority.ts';

export type MailFormat = 'maildir' | 'maildir-fs' | 'sdbox';

export interface DovecotSettings {
  /** `maildir` (Maildir++, the default), `maildir-fs` (nested folders) or `sdbox`. */
  format?: MailFormat;
  /** Of folder names, `/` unless given. */
  separator?: '.' | '/';
  /** Sent, Drafts, Trash, Junk and Archive exist for everyone, with their SPECIAL-USE flag (RFC 6154). */
  specialUse?: boolean;
  /**
   * No password in clear without TLS. The server then stands on 127.0.0.2, since Dovecot trusts
   * whoever comes from its own address.
   */
  disablePlaintextAuth?: boolean;
  /** `%08Xu%08Xv` unless given. */
  pop3UidlFormat?: string;
  mechanisms?: readonly string[];
  sslMinProtocol?: 'TLSv1.2' | 'TLSv1.3';
  /** Lines for the end of the configuration file. */
  extra?: string;
}

export interface DovecotPorts {
  imap: number;
  imaps: number;
  pop3: number;
  pop3s: number;
  lmtp: number;
}

export interface DovecotPlace extends DovecotSettings {
  folder: string;
  host: string;
  ports: DovecotPorts;
  certificate: Certificate;
}

const mechanisms = ['plain', 'login', 'apop', 'cram-md5', 'scram-sha-1', 'scram-sha-256'];

/** Octets of the longest path of a Unix socket (sun_path). */
const longestSocketPath = 107;

/** Who owns the mail: Debian's `mail` where we are root, ourselves otherwise. */
export const mailOwner = ((): { uid: number; gid: number } => {
  const { uid, gid } = userInfo();
  return uid === 0 ? { uid: 8, gid: 8 } : { uid, gid };
})();

export const authSocket = (folder: string): string => join(folder, 'run', 'auth-client');

/** Without root nothing can change its user or its root directory: every process runs as the one user. */
function users(): string {
  const { uid, username } = userInfo();
  if (uid === 0) return '';
  const services = ['imap-login', 'pop3-login', 'lmtp', 'anvil', 'stats', 'auth', 'ipc'];
  return [
    `default_internal_user = ${username}`,
    `default_internal_group = ${username}`,
    `default_login_user = ${username}`,
    ...services.map((service) => `service ${service} {\n  chroot =\n}`),
  ].join('\n');
}

function mailLocation(format: MailFormat): string {
  if (format === 'sdbox') return 'sdbox:~/sdbox';
  return format === 'maildir-fs' ? 'maildir:~/Maildir:LAYOUT=fs' : 'maildir:~/Maildir';
}

function namespace(separator: string, specialUse: boolean): string {
  const roles = specialUse ? ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive'] : [];
  const mailboxes = roles.map(
    (role) => `  mailbox ${role} {\n    auto = create\n    special_use = \\${role}\n  }`,
  );
  return [
    'namespace inbox {',
    '  inbox = yes',
    `  separator = ${separator}`,
    ...mailboxes,
    '}',
  ].join('\n');
}

function listener(name: string, port: number, tls = false): string {
  const ssl = tls ? '\n    ssl = yes' : '';
  return `  inet_listener ${name} {\n    port = ${port}${ssl}\n  }`;
}

/** Login processes serve many connections each, so that quick reconnects never wait for a fork. */
function services(ports: DovecotPorts): string {
  const login = '  service_count = 0\n  process_min_avail = 1\n  client_limit = 1000';
  const { uid } = userInfo();
  return [
    `service imap-login {\n${login}`,
    listener('imap', ports.imap),
    listener('imaps', ports.imaps, true),
    `}\nservice pop3-login {\n${login}`,
    listener('pop3', ports.pop3),
    listener('pop3s', ports.pop3s, true),
    '}\nservice lmtp {',
    listener('lmtp', ports.lmtp),
    `}\nservice auth {\n  unix_listener auth-client {\n    mode = 0666\n  }\n}`,
    // Wrong passwords on purpose must not slow down the next login from the same address.
    'service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
    'service imap {\n  process_limit = 1000\n}\nservice pop3 {\n  process_limit = 1000\n}',
    uid === 0 ? '' : 'service stats {\n  client_limit = 1000\n}',
  ].join('\n');
}

function authentication(place: DovecotPlace): string {
  const { uid, gid } = mailOwner;
  // A file for each user: a common one is read again only once a second.
  const passwords = join(place.folder, 'users', '%u');
  const fields = `uid=${uid} gid=${gid} home=${join(place.folder, 'mail')}/%u`;
  return [
    `auth_mechanisms = ${(place.mechanisms ?? mechanisms).join(' ')}`,
    'auth_failure_delay = 0',
    'auth_username_format = %Lu',
    `disable_plaintext_auth = ${place.disablePlaintextAuth === true ? 'yes' : 'no'}`,
    `passdb {\n  driver = passwd-file\n  args = username_format=%u ${passwords}\n}`,
    `userdb {\n  driver = passwd-file\n  args = username_format=%u ${passwords}`,
    `  default_fields = ${fields}\n}`,
    `first_valid_uid = ${Math.min(uid, 8)}`,
    `first_valid_gid = ${Math.min(gid, 8)}`,
  ].join('\n');
}

/** The text of dovecot.conf. */
export function dovecotConfiguration(place: DovecotPlace): string {
  const { folder, host, certificate } = place;
  if (authSocket(folder).length + 20 > longestSocketPath) {
    throw new Error(`${folder} is too long a path for sockets: set TMPDIR to a shorter one`);
  }
  return [
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    `instance_name = ${folder.split('/').at(-1)}`,
    `log_path = ${folder}/dovecot.log`,
    'log_timestamp = "%Y-%m-%d %H:%M:%S "',
    'protocols = imap pop3 lmtp',
    `listen = ${host}`,
    users(),
    'ssl = yes',
    `ssl_cert = <${certificate.cert}`,
    `ssl_key = <${certificate.key}`,
    'ssl_dh =',
    `ssl_min_protocol = ${place.sslMinProtocol ?? 'TLSv1.2'}`,
    authentication(place),
    services(place.ports),
    `mail_location = ${mailLocation(place.format ?? 'maildir')}`,
    namespace(place.separator ?? '/', place.specialUse === true),
    'mail_max_userip_connections = 1000',
    'mail_fsync = never',
    'postmaster_address = postmaster@example.org',
    `pop3_uidl_format = ${place.pop3UidlFormat ?? '%08Xu%08Xv'}`,
    place.extra ?? '',
    '',
  ].join('\n');
}
