/** Configurations of five other programs as people have them: imported, tested, synchronised and sent with on real servers. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDovecot } from '../../servers/dovecot.ts';
import type { Dovecot, User } from '../../servers/dovecot.ts';
import { makeMessage } from '../../servers/messages.ts';
import { startPostfix } from '../../servers/postfix.ts';
import type { Postfix } from '../../servers/postfix.ts';
import {
  fetchmailrc,
  getmailrc,
  getmailrcOfImap,
  mbsyncrc,
  msmtprc,
  offlineimaprc,
} from '../running/foreign-files.ts';
import { asStored, bag, Home, maildir } from '../running/posthorn.ts';

let dovecot: Dovecot;
let postfix: Postfix;
let home: Home;
let users: readonly [User, User, User];

const mail = [makeMessage(1), makeMessage(2)];

beforeAll(async () => {
  dovecot = await startDovecot({ specialUse: true });
  postfix = await startPostfix({ dovecot });
});

beforeEach(async () => {
  users = [await dovecot.addUser(), await dovecot.addUser(), await dovecot.addUser()];
  for (const user of users) await dovecot.deliver(user, 'INBOX', mail);
  home = await Home.make();
});

afterEach(async () => {
  await home.remove();
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

interface Imported {
  accounts: { name: string; change: string }[];
  leftOver: { line: number; what: string; why: string }[];
}

async function take(name: string, text: string): Promise<Imported> {
  const { status, stderr, document } = await home.json<Imported>([
    'account',
    'import',
    await home.write(name, text),
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return document;
}

/** `WHAT` of every line that was left over, in the order of the file. */
const leftOverOf = ({ leftOver }: Imported): string[] => leftOver.map(({ what }) => what);

/** Tests and fetches the enabled ones, then looks whether all mail is in these inboxes. */
async function fetched(folders: readonly string[]): Promise<void> {
  const tested = await home.run(['account', 'test']);
  expect(tested.status).toBe(0);
  expect(tested.stderr).toMatch(/^(?:\w+: disabled, skipped\n)?$/);
  expect(await home.run(['sync'])).toMatchObject({ status: 0 });
  for (const folder of folders)
    expect(bag(await maildir(join(home.folder, folder)))).toEqual(bag(mail.map(asStored)));
}

it('an mbsyncrc with three accounts, groups and a tunnel', async () => {
  await home.write('secret-three', `x${users[2].password}x\n`);
  const document = await take('.mbsyncrc', mbsyncrc(dovecot, users));
  expect(document.accounts).toMatchObject([
    { name: 'one', change: 'added' },
    { name: 'three', change: 'added' },
    { name: 'two', change: 'added' },
  ]);
  expect(leftOverOf(document)).toEqual([
    ...['Create', 'Expunge', 'SyncState', 'CopyArrivalDate', 'Timeout', 'PipelineDepth'],
    ...['Create', 'SSLVersions', 'Inbox', 'Flatten'],
    'IMAPAccount lab',
  ]);
  await fetched(['Mail/one/INBOX', 'Mail/two/INBOX', 'Mail/three/INBOX']);
  const tagged = await home.json<{ accounts: { name: string }[] }>(['account', 'list', '@all']);
  expect(tagged.document.accounts.map(({ name }) => name)).toEqual(['one', 'two']);
});

it('an offlineimaprc with three accounts, one of them not in use', async () => {
  await home.write('secret-two', `${users[1].password}\n`);
  const document = await take('.offlineimaprc', offlineimaprc(dovecot, users));
  expect(leftOverOf(document)).toEqual([
    ...['ui', 'pythonfile', 'fsync', '[mbnames]', 'enabled', 'filename', 'quick'],
    ...['nametrans', 'realdelete'],
  ]);
  await fetched(['Mail/offline/home/INBOX', 'Mail/offline/work/INBOX']);
  expect(await maildir(join(home.folder, 'Mail/offline/old/INBOX'))).toEqual([]);
  const names = document.accounts.map(({ name }) => name);
  expect(names).toEqual(['home', 'work', 'old']);
  expect((await home.run(['account', 'enable', 'old'])).status).toBe(0);
  await fetched(['Mail/offline/old/INBOX']);
});

it('two getmailrcs, POP3 into a Maildir and IMAP into a program', async () => {
  const pop = await take('getmailrc-pop', getmailrc(dovecot, users[0]));
  expect(leftOverOf(pop)).toEqual([
    ...['timeout', 'verbose', 'read_all', 'delivered_to', 'received', 'message_log'],
  ]);
  const imap = await take('getmailrc-imap', getmailrcOfImap(dovecot, users[1]));
  expect(leftOverOf(imap)).toEqual([
    ...['mailboxes', '[destination]', 'path', 'arguments', 'unixfrom'],
    ...['[filter-1]', 'type', 'path', 'delete', 'max_messages_per_session'],
  ]);
  await fetched(['Mail/getmail/INBOX', 'Mail/imap/INBOX']);
  expect(await dovecot.serverMessages(users[0])).toHaveLength(2);
});

it('a fetchmailrc in prose, with defaults and names turned round', async () => {
  const document = await take('.fetchmailrc', fetchmailrc(dovecot, users));
  expect(new Set(leftOverOf(document))).toEqual(
    new Set([
      ...['set postmaster', 'set no bouncemail', 'set logfile', 'timeout', 'mda', 'is', 'fetchall'],
      ...['folder', 'no ssl', 'poll'],
    ]),
  );
  const names = document.accounts.map(({ name }) => name);
  expect(names).toHaveLength(4);
  await fetched(names.slice(0, 3).map((name) => `Mail/${name}/INBOX`));
  const { stdout } = await home.run(['account', 'list', '--disabled']);
  expect(stdout).toMatch(/^dora /m);
});

it('an msmtprc with inheritance and a proxy, and its accounts send', async () => {
  const document = await take('.msmtprc', msmtprc(postfix, [users[0], users[1]]));
  expect(document.accounts.map(({ name }) => name)).toEqual(['one', 'smtps', 'alias']);
  expect(new Set(leftOverOf(document))).toEqual(
    new Set(['logfile', 'auto_from', 'set_from_header', 'account tor']),
  );
  expect((await home.run(['account', 'default'])).stdout).toBe('smtps\n');
  const tested = await home.run(['account', 'test', 'one', 'smtps']);
  expect(tested).toMatchObject({ status: 0, stderr: '' });
  for (const from of ['one', 'smtps']) {
    const words = ['send', '--now', '--from', from, '--to', users[2].address, '--subject', from];
    expect(await home.run(words, { input: 'Hello\n' })).toMatchObject({ status: 0 });
  }
  const inbox = (await dovecot.serverMessages(users[2])).map(({ raw }) => raw.toString());
  expect(inbox.filter((raw) => /^Subject: (?:one|smtps)\r$/m.test(raw))).toHaveLength(2);
  expect(
    inbox.some((raw) => raw.includes('From: "Anna Ahorn"') || raw.includes('From: Anna Ahorn')),
  ).toBe(true);
});

it('a folder with mail of the other program is named before the first sync refuses it', async () => {
  const folder = join(home.folder, 'Mail/getmail/INBOX');
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, 'cur', '1.M2.host:2,S'), 'Subject: old\n\nmail\n');
  const document = await take('getmailrc-pop', getmailrc(dovecot, users[0]));
  const told = document.leftOver.find(({ what }) => what === 'path');
  expect(told?.why).toMatch(/~\/Mail\/getmail holds mail.*78.*account edit pop --path DIR/);
  const refused = await home.run(['sync']);
  expect(refused.status).toBe(78);
  expect(refused.stderr).toContain('already holds mail');
  const edited = ['account', 'edit', 'pop', '--path', home.mail('fresh'), '--skip-test'];
  expect((await home.run(edited)).status).toBe(0);
  await fetched(['Mail/fresh/INBOX']);
});

it('one folder for several accounts becomes one for each', async () => {
  await take('getmailrc-pop', getmailrc(dovecot, users[0]));
  const second = await take('getmailrc-more', getmailrc(dovecot, users[1]));
  expect(second.leftOver.find(({ what }) => what === 'path')?.why).toMatch(/the folder of pop/);
  await fetched(['Mail/getmail/INBOX', 'Mail/more/INBOX']);
});
