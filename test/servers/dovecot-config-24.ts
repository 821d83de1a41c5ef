/** The configuration of Dovecot 2.4 (Debian 13). */
import { placesOf } from './dovecot-dialect.ts';
import type { DovecotDialect } from './dovecot-dialect.ts';
import { mailOwner } from './dovecot-settings.ts';
import type { DovecotPlace, MailFormat } from './dovecot-settings.ts';

function passwords(place: DovecotPlace): string[] {
  const at = placesOf(place.folder, '%{user}');
  return [
    `auth_allow_cleartext = ${place.disablePlaintextAuth === true ? 'no' : 'yes'}`,
    `passdb passwd-file {\n  passwd_file_path = ${at.passwords}\n}`,
    `userdb passwd-file {\n  passwd_file_path = ${at.passwords}\n  fields {`,
    `    uid = ${mailOwner.uid}\n    gid = ${mailOwner.gid}\n    home = ${at.home}\n  }\n}`,
  ];
}

const maildir = ['mail_driver = maildir', 'mail_path = ~/Maildir'];

const locations: Record<MailFormat, readonly string[]> = {
  maildir,
  // Without the last line INBOX is a folder in ~/Maildir, not ~/Maildir itself as with 2.3.
  'maildir-fs': [...maildir, 'mailbox_list_layout = fs', 'mail_inbox_path = ~/Maildir'],
  sdbox: ['mail_driver = sdbox', 'mail_path = ~/sdbox'],
};

export const dialect24: DovecotDialect = {
  // What a later 2.4 changes of settings and of defaults is not for us.
  head: ['dovecot_config_version = 2.4.0', 'dovecot_storage_version = 2.4.0'],
  chrooted: ['imap-login', 'pop3-login'],
  manyRequests: 'restart_request_count = unlimited',
  uidl: { uid: '%{uid | hex(8)}%{uidvalidity | hex(8)}', guid: '%{guid}' },
  certificate: ({ cert, key }) => [
    `ssl_server_cert_file = ${cert}`,
    `ssl_server_key_file = ${key}`,
  ],
  passwords,
  mailLocation: (format) => locations[format],
};
