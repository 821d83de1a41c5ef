/** Writes the configuration of a Dovecot that lives in one folder and harms no other: what all versions have in common. */
import { userInfo } from 'node:os';
import type { DovecotDialect } from './dovecot-dialect.ts';
import { dialect23 } from './dovecot-config-23.ts';
import { dialect24 } from './dovecot-config-24.ts';
import { authSocket, mailOwner } from './dovecot-settings.ts';
import type { DovecotPlace, DovecotPorts } from './dovecot-settings.ts';

const mechanisms = ['plain', 'login', 'apop', 'cram-md5', 'scram-sha-1', 'scram-sha-256'];

/** Octets of the longest path of a Unix socket (sun_path). */
const longestSocketPath = 107;

/** Without root nothing can change its user or its root directory: every process runs as the one user. */
function users(chrooted: readonly string[]): string {
  const { uid, username } = userInfo();
  if (uid === 0) return '';
  return [
    `default_internal_user = ${username}`,
    `default_internal_group = ${username}`,
    `default_login_user = ${username}`,
    ...chrooted.map((service) => `service ${service} {\n  chroot =\n}`),
  ].join('\n');
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
function services(ports: DovecotPorts, manyRequests: string): string {
  const login = `  ${manyRequests}\n  process_min_avail = 1\n  client_limit = 1000`;
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

function dialectOf(version: string): DovecotDialect {
  if (version.startsWith('2.3.')) return dialect23;
  if (version.startsWith('2.4.')) return dialect24;
  throw new Error(
    `Dovecot ${version} is installed: these tests know the configuration of 2.3, 2.4`,
  );
}

/** The text of dovecot.conf for what `dovecot --version` names. */
export function dovecotConfiguration(version: string, place: DovecotPlace): string {
  const { folder, host } = place;
  if (authSocket(folder).length + 20 > longestSocketPath) {
    throw new Error(`${folder} is too long a path for sockets: set TMPDIR to a shorter one`);
  }
  const dialect = dialectOf(version);
  return [
    ...dialect.head,
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    `instance_name = ${folder.split('/').at(-1)}`,
    `log_path = ${folder}/dovecot.log`,
    'log_timestamp = "%Y-%m-%d %H:%M:%S "',
    'protocols = imap pop3 lmtp',
    `listen = ${host}`,
    users(dialect.chrooted),
    'ssl = yes',
    `ssl_min_protocol = ${place.sslMinProtocol ?? 'TLSv1.2'}`,
    ...dialect.certificate(place.certificate),
    `auth_mechanisms = ${(place.mechanisms ?? mechanisms).join(' ')}`,
    'auth_failure_delay = 0',
    ...dialect.passwords(place),
    `first_valid_uid = ${Math.min(mailOwner.uid, 8)}`,
    `first_valid_gid = ${Math.min(mailOwner.gid, 8)}`,
    services(place.ports, dialect.manyRequests),
    ...dialect.mailLocation(place.format ?? 'maildir'),
    namespace(place.separator ?? '/', place.specialUse === true),
    'mail_max_userip_connections = 1000',
    'mail_fsync = never',
    'postmaster_address = postmaster@example.org',
    `pop3_uidl_format = ${dialect.uidl[place.pop3Uidl ?? 'uid']}`,
    place.extra ?? '',
    '',
  ].join('\n');
}
