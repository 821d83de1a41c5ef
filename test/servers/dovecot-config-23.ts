/** The configuration of Dovecot 2.3 (Debian 12, Ubuntu 22.04 and 24.04). */
import { placesOf } from './dovecot-dialect.ts';
import type { DovecotDialect } from './dovecot-dialect.ts';
import { mailOwner } from './dovecot-settings.ts';
import type { DovecotPlace, MailFormat } from './dovecot-settings.ts';

function passwords(place: DovecotPlace): string[] {
  const at = placesOf(place.folder, '%u');
  const fields = `uid=${mailOwner.uid} gid=${mailOwner.gid} home=${at.home}`;
  return [
    'auth_username_format = %Lu',
    `disable_plaintext_auth = ${place.disablePlaintextAuth === true ? 'yes' : 'no'}`,
    `passdb {\n  driver = passwd-file\n  args = username_format=%u ${at.passwords}\n}`,
    `userdb {\n  driver = passwd-file\n  args = username_format=%u ${at.passwords}`,
    `  default_fields = ${fields}\n}`,
  ];
}

const locations: Record<MailFormat, string> = {
  maildir: 'maildir:~/Maildir',
  'maildir-fs': 'maildir:~/Maildir:LAYOUT=fs',
  sdbox: 'sdbox:~/sdbox',
};

export const dialect23: DovecotDialect = {
  head: [],
  chrooted: ['imap-login', 'pop3-login', 'lmtp', 'anvil', 'stats', 'auth', 'ipc'],
  manyRequests: 'service_count = 0',
  uidl: { uid: '%08Xu%08Xv', guid: '%g' },
  certificate: ({ cert, key }) => [`ssl_cert = <${cert}`, `ssl_key = <${key}`, 'ssl_dh ='],
  passwords,
  mailLocation: (format) => [`mail_location = ${locations[format]}`],
};
