/** OfflineIMAP beside it: one account, its own default of one connection. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';

function configuration(folder, mail, { dovecot, user }, port) {
  return `[general]
metadata = ${folder}/metadata
accounts = one
fsync = True

[Account one]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = ${mail}

[Repository far]
type = IMAP
remotehost = ${dovecot.host}
remoteport = ${port}
remoteuser = ${user.address}
remotepass = ${user.password}
ssl = no
starttls = no
auth_mechanisms = PLAIN
`;
}

export function makeOfflineimap(room, mailbox, { port = mailbox.dovecot.ports.imap } = {}) {
  const folder = join(room, 'offlineimap');
  const mail = join(folder, 'mail');
  mkdirSync(mail, { recursive: true, mode: 0o700 });
  const config = join(folder, 'offlineimaprc');
  writeFileSync(config, configuration(folder, mail, mailbox, port), { mode: 0o600 });
  const options = { env: { HOME: folder } };
  const run = () => measure(['offlineimap', '-c', config, '-o', '-u', 'quiet'], options);
  return { mail, run };
}
