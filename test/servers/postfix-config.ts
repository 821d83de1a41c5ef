/** Writes the configuration of a Postfix that lives in one folder and lets no mail leave the machine. */
import { join } from 'node:path';
import type { Certificate } from './authority.ts';
import type { Dovecot } from './dovecot.ts';

export interface PostfixSettings {
  /** Octets of the largest message; 100 MB unless given. */
  messageSizeLimit?: number;
  /** EHLO keywords not to announce, e.g. `pipelining, dsn`. */
  hideExtensions?: string;
  /** Lines for the end of main.cf. */
  extra?: string;
}

export interface PostfixPorts {
  /** Plain, for mail from elsewhere: no authentication. */
  smtp: number;
  /** RFC 6409: STARTTLS first, then authentication. */
  submission: number;
  /** TLS from the first octet (RFC 8314). */
  smtps: number;
}

export interface PostfixPlace extends PostfixSettings {
  folder: string;
  host: string;
  ports: PostfixPorts;
  dovecot: Dovecot;
  certificate: Certificate;
  domain: string;
}

export const verdictsFile = (folder: string): string => join(folder, 'verdicts');

/** Settings that only make tests quick: no name service, no pauses for misbehaving clients, early retries. */
const haste = [
  'smtpd_peername_lookup = no',
  'smtp_dns_support_level = disabled',
  'lmtp_host_lookup = native',
  'smtpd_error_sleep_time = 0',
  'smtpd_client_connection_count_limit = 0',
  'in_flow_delay = 0',
  'queue_run_delay = 2s',
  'minimal_backoff_time = 2s',
  'maximal_backoff_time = 4s',
  'lmtp_destination_concurrency_limit = 20',
  'biff = no',
];

/** No transport but LMTP to Dovecot exists, neither here nor in master.cf. */
function delivery({ dovecot, domain }: PostfixPlace): string[] {
  const nowhere = 'error:5.7.1 no mail leaves the test';
  return [
    'mydestination =',
    'mynetworks =',
    'alias_maps =',
    `virtual_mailbox_domains = ${domain}`,
    `virtual_mailbox_maps = texthash:${dovecot.addresses}`,
    `virtual_transport = lmtp:inet:[${dovecot.host}]:${dovecot.ports.lmtp}`,
    `default_transport = ${nowhere}`,
    `relay_transport = ${nowhere}`,
    `local_transport = ${nowhere}`,
    // Unlimited: by default lines are broken at 998 octets on the way to Dovecot.
    'lmtp_line_length_limit = 0',
  ];
}

function reception({ folder, dovecot, certificate }: PostfixPlace): string[] {
  return [
    `smtpd_tls_chain_files = ${certificate.key}, ${certificate.cert}`,
    'smtpd_tls_security_level = may',
    'smtpd_tls_auth_only = yes',
    'smtpd_tls_loglevel = 1',
    'tls_random_source = dev:/dev/urandom',
    'smtpd_sasl_type = dovecot',
    `smtpd_sasl_path = ${dovecot.authSocket}`,
    'smtpd_relay_restrictions = reject_unauth_destination',
    'smtpd_recipient_restrictions =',
    `  check_recipient_access texthash:${verdictsFile(folder)}, reject_unauth_destination`,
  ];
}

/** The text of main.cf. */
export function mainConfiguration(place: PostfixPlace): string {
  const { folder, host, domain } = place;
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    'command_directory = /usr/sbin',
    'daemon_directory = /usr/lib/postfix/sbin',
    `maillog_file = ${folder}/mail.log`,
    `maillog_file_prefixes = ${folder}`,
    'mail_owner = postfix',
    'setgid_group = postdrop',
    `inet_interfaces = ${host}`,
    'inet_protocols = ipv4',
    `myhostname = mail.${domain}`,
    `message_size_limit = ${place.messageSizeLimit ?? 100_000_000}`,
    'mailbox_size_limit = 0',
    'virtual_mailbox_limit = 0',
    `smtpd_discard_ehlo_keywords = ${place.hideExtensions ?? ''}`,
    ...delivery(place),
    ...reception(place),
    ...haste,
    place.extra ?? '',
    '',
  ].join('\n');
}

/** One connection a process, so that changed tables are seen at once; never in a chroot. */
function listener(host: string, port: number, options: readonly string[]): string {
  const lines = ['max_use=1', ...options].map((option) => `  -o ${option}`);
  return [`${host}:${port} inet n - n - - smtpd`, ...lines].join('\n');
}

const submission = [
  'smtpd_tls_security_level=encrypt',
  'smtpd_sasl_auth_enable=yes',
  '{ smtpd_relay_restrictions = permit_sasl_authenticated, reject }',
];

const internal = [
  'pickup unix n - n 60 1 pickup',
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'flush unix n - n 1000? 0 flush',
  'proxymap unix - - n - - proxymap',
  'showq unix n - n - - showq',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'lmtp unix - - n - - lmtp',
  'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache',
  'postlog unix-dgram n - n - 1 postlogd',
];

/** The text of master.cf. */
export function masterConfiguration({ host, ports }: PostfixPlace): string {
  return [
    listener(host, ports.smtp, []),
    listener(host, ports.submission, submission),
    listener(host, ports.smtps, ['smtpd_tls_wrappermode=yes', ...submission]),
    ...internal,
    '',
  ].join('\n');
}
