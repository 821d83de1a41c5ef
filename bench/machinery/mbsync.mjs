/** mbsync beside it: a channel for each account, as its manual has it, that brings and pushes everything. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';

function channel(mail, { dovecot, user }, port) {
  const name = user.address.split('@')[0];
  return `IMAPAccount ${name}
Host ${dovecot.host}
Port ${port}
User ${user.address}
Pass ${user.password}
SSLType None
AuthMechs PLAIN LOGIN

IMAPStore ${name}-far
Account ${name}

MaildirStore ${name}-near
Path ${mail}/${name}/
Inbox ${mail}/${name}/INBOX
SubFolders Verbatim

Channel ${name}
Far :${name}-far:
Near :${name}-near:
Patterns *
Create Both
Expunge Both
Sync All
SyncState *

`;
}

/** `fsync` is mbsync's own word: yes (its default) or no. */
export function makeMbsync(room, mailboxes, { fsync = 'yes', port } = {}) {
  const folder = join(room, 'mbsync');
  const mail = join(folder, 'mail');
  mkdirSync(mail, { recursive: true, mode: 0o700 });
  const channels = mailboxes.map((mailbox) => {
    mkdirSync(join(mail, mailbox.user.address.split('@')[0]), { recursive: true });
    return channel(mail, mailbox, port ?? mailbox.dovecot.ports.imap);
  });
  const config = join(folder, 'mbsyncrc');
  writeFileSync(config, `FSync ${fsync}\n\n${channels.join('')}`, { mode: 0o600 });
  const run = () => measure(['mbsync', '-q', '-c', config, '-a'], { env: { HOME: folder } });
  return { mail, run };
}
