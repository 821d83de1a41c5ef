/** Dovecot and Postfix for trying commands by hand: prints where they are and waits for Ctrl-C. Run by by-hand.mjs. */
import { once } from 'node:events';
import { startDovecot } from './dovecot.ts';
import type { Dovecot } from './dovecot.ts';
import { corpus, oddMessages } from './messages.ts';
import { startPostfix } from './postfix.ts';
import type { Postfix } from './postfix.ts';

function describe(dovecot: Dovecot, postfix: Postfix): string {
  const { imap, imaps, pop3, pop3s, lmtp } = dovecot.ports;
  const { smtp, submission, smtps } = postfix.ports;
  const users = dovecot.users.map(({ address, password }) => `  ${address}  ${password}`);
  return [
    `host ${dovecot.host}, trust ${dovecot.ca}`,
    `IMAP ${imap} (STARTTLS), ${imaps} (TLS); POP3 ${pop3} (STLS), ${pop3s} (TLS); LMTP ${lmtp}`,
    `SMTP ${submission} (submission, STARTTLS), ${smtps} (TLS), ${smtp} (from elsewhere)`,
    'users and passwords:',
    ...users,
    'refused: reject@example.org for good, later@example.org for now',
    `folders: ${dovecot.folder} ${postfix.folder}`,
    'Ctrl-C ends both and removes all of it.',
    '',
  ].join('\n');
}

/** Alice gets a few hundred messages, Bob the odd ones, Carol none. */
async function fill(dovecot: Dovecot): Promise<void> {
  await dovecot.deliver(dovecot.user('alice'), 'INBOX', corpus(200));
  await dovecot.deliver(dovecot.user('alice'), 'Archive', corpus(100, 2), { flags: 'S' });
  await dovecot.deliver(dovecot.user('bob'), 'INBOX', [...oddMessages().values()]);
}

export async function runByHand(): Promise<void> {
  const dovecot = await startDovecot({ specialUse: true });
  const postfix = await startPostfix({ dovecot });
  await fill(dovecot);
  process.stdout.write(describe(dovecot, postfix));
  // The servers keep no process alive that only waits for a signal.
  const alive = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await Promise.all([postfix.stop(), dovecot.stop()]);
  clearInterval(alive);
}
