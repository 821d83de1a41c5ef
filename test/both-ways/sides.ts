/** The two sides of an account that is kept both ways, as subjects with flags, and what other programs do to them. */

import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../crash/run.ts';
import type { Dovecot, User } from '../servers/dovecot.ts';

export function mail(subject: string): Buffer {
  const header = `From: a@example.org\r\nMessage-ID: <${subject}@example.org>\r\nSubject: ${subject}\r\n`;
  return Buffer.from(`${header}\r\nText of ${subject}.\r\n`);
}

/** Subjects with their flags, e.g. `one FS`; sorted. */
export async function here(home: Home, folder = 'INBOX'): Promise<string[]> {
  const root = join(home.dir, 'mail', 'work', folder);
  const shown: string[] = [];
  for (const part of ['new', 'cur'])
    for (const name of await readdir(join(root, part)).catch(() => [])) {
      const text = await readFile(join(root, part, name), 'utf8');
      const letters = name.split(':2,')[1] ?? '';
      shown.push(`${/^Subject: (.*)$/m.exec(text)?.[1] ?? '?'} ${letters}`.trim());
    }
  return shown.sort();
}

const letters: Readonly<Record<string, string>> = {
  '\\Seen': 'S',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Draft': 'D',
  '\\Deleted': 'T',
  $Forwarded: 'P',
};

export async function there(dovecot: Dovecot, user: User, folder = 'INBOX'): Promise<string[]> {
  const messages = await dovecot.serverMessages(user, folder);
  return messages
    .map(({ raw, flags }) => {
      const subject = /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? '?';
      const set = flags.flatMap((flag) => letters[flag] ?? []);
      return `${subject} ${set.sort().join('')}`.trim();
    })
    .sort();
}

/** Path of the file with this subject. */
export async function fileOf(home: Home, subject: string, folder = 'INBOX'): Promise<string> {
  const root = join(home.dir, 'mail', 'work', folder);
  for (const part of ['new', 'cur'])
    for (const name of await readdir(join(root, part)))
      if ((await readFile(join(root, part, name), 'utf8')).includes(`Subject: ${subject}\n`))
        return join(root, part, name);
  throw new Error(`no file of ${subject}`);
}

/** As a mail reader sets flags: into cur, under the same base name. */
export async function flagHere(home: Home, subject: string, info: string, folder = 'INBOX') {
  const path = await fileOf(home, subject, folder);
  const base = path.split('/').at(-1)?.split(':2,')[0] ?? '';
  await rename(path, join(home.dir, 'mail', 'work', folder, 'cur', `${base}:2,${info}`));
}

export async function moveHere(home: Home, subject: string, to: string, newName?: string) {
  const path = await fileOf(home, subject);
  const name = newName ?? path.split('/').at(-1) ?? '';
  const part = path.split('/').at(-2) ?? 'cur';
  await rename(path, join(home.dir, 'mail', 'work', to, part, name));
}

export async function deliverHere(home: Home, subject: string, folder = 'INBOX', info = 'S') {
  const text = mail(subject).toString().replaceAll('\r\n', '\n');
  const path = join(home.dir, 'mail', 'work', folder, 'cur', `local.${subject}.host:2,${info}`);
  await writeFile(path, text);
}

export function flagThere(
  dovecot: Dovecot,
  user: User,
  subject: string,
  action: 'add' | 'remove',
  flag: string,
) {
  return dovecot.doveadm(
    'flags',
    action,
    '-u',
    user.address,
    flag,
    'mailbox',
    'INBOX',
    'SUBJECT',
    subject,
  );
}
