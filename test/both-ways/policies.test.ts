/** What an account's settings keep from one side or the other, on a real Dovecot. */

import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, type Home } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';

const minute = 60_000;
const day = 86_400_000;
let dovecot: Dovecot;
let home: Home | null = null;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

afterEach(async () => {
  await home?.remove();
});

function mail(subject: string, octets = 10): Buffer {
  const header = `From: a@example.org\r\nMessage-ID: <${subject}@example.org>\r\nSubject: ${subject}\r\nContent-Type: text/html\r\n`;
  return Buffer.from(
    `${header}\r\n${'x'
      .repeat(70)
      .concat('\r\n')
      .repeat(octets / 72)}\r\n`,
  );
}

async function begun(sync: Readonly<Record<string, unknown>>, ...mails: Buffer[]) {
  const user = await dovecot.addUser();
  await dovecot.createFolder(user, 'Trash');
  await dovecot.deliver(user, 'INBOX', mails);
  home = await makeHome(dovecot, user, 'imap', sync);
  await home.sync();
  return { user, home };
}

async function files(of: Home): Promise<string[]> {
  const paths: string[] = [];
  for (const part of ['new', 'cur'])
    for (const name of await readdir(join(of.inbox, part))) paths.push(join(of.inbox, part, name));
  return paths;
}

async function texts(of: Home): Promise<string[]> {
  return await Promise.all((await files(of)).map((path) => readFile(path, 'utf8')));
}

async function subjects(user: User, folder = 'INBOX'): Promise<string[]> {
  const messages = await dovecot.serverMessages(user, folder);
  return messages.map(({ raw }) => /^Subject: (.*?)\r$/m.exec(raw.toString())?.[1] ?? '').sort();
}

describe('sync', { timeout: minute }, () => {
  it('maxSize: a placeholder says what it is; moved here, the whole moves there', async () => {
    const place = await begun({ maxSize: '10k' }, mail('large', 50_000), mail('small'));
    const shown = (await texts(place.home)).sort((a, b) => b.length - a.length);
    expect(shown).toHaveLength(2);
    expect(shown[0]).toMatch(/^Subject: \[placeholder, 0\.0 MB\] large$/m);
    expect(shown[0]).toMatch(/^Content-Type: text\/plain/m);
    expect(shown[0]).toContain('lies whole on the server');
    const [path = ''] = (await files(place.home)).filter((each) => each !== '');
    await rename(path, path);
    for (const file of await files(place.home))
      if ((await readFile(file, 'utf8')).includes('placeholder'))
        await rename(
          file,
          join(place.home.dir, 'mail/work/Trash/cur', `${file.split('/').at(-1) ?? ''}:2,`),
        );
    const report = await place.home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'Trash', movedThere: 1, uploaded: 0 }),
    );
    const [whole] = await dovecot.serverMessages(place.user, 'Trash');
    expect(whole?.raw.equals(mail('large', 50_000))).toBe(true);
    expect(await subjects(place.user)).toEqual(['small']);
    expect((await place.home.sync()).received?.map(({ fetched }) => fetched)).toEqual([0, 0]);
  });

  it('maxAge: what is older is not fetched, and stays there', async () => {
    const user = await dovecot.addUser();
    await dovecot.append(user, 'INBOX', mail('old'), { date: new Date(Date.now() - 60 * day) });
    await dovecot.append(user, 'INBOX', mail('young'));
    home = await makeHome(dovecot, user, 'imap', { maxAge: '30d' });
    await home.sync();
    await dovecot.append(user, 'INBOX', mail('younger'));
    await home.sync();
    expect((await texts(home)).map((text) => /^Subject: (.*)$/m.exec(text)?.[1]).sort()).toEqual([
      'young',
      'younger',
    ]);
    expect(await subjects(user)).toEqual(['old', 'young', 'younger']);
  });

  it('direction pull: nothing of here goes there', async () => {
    const place = await begun({ direction: 'pull' }, mail('one'), mail('two'), mail('three'));
    const [first = '', second = ''] = await files(place.home);
    await rm(first);
    await rename(second, join(place.home.inbox, 'cur', `${second.split('/').at(-1) ?? ''}:2,FS`));
    await writeFile(join(place.home.inbox, 'cur', 'mine:2,'), 'Subject: mine\n\nx\n');
    await place.home.sync();
    const messages = await dovecot.serverMessages(place.user);
    expect(messages.map(({ flags }) => flags.filter((flag) => flag !== '\\Recent'))).toEqual([
      [],
      [],
      [],
    ]);
    await place.home.sync();
    expect(await files(place.home)).toHaveLength(3);
  });

  it('direction push: nothing of there comes here, and what is here goes there', async () => {
    const place = await begun({ direction: 'push' }, mail('one'));
    expect(await files(place.home)).toEqual([]);
    await writeFile(join(place.home.inbox, 'cur', 'mine:2,S'), 'Subject: mine\n\nx\n');
    await place.home.sync();
    expect(await subjects(place.user)).toEqual(['mine', 'one']);
  });

  it('onLocalDelete expunge and keep, onRemoteDelete keep', async () => {
    const place = await begun(
      { onLocalDelete: 'keep', onRemoteDelete: 'keep' },
      ...['one', 'two', 'three'].map((each) => mail(each)),
    );
    const [first = ''] = await files(place.home);
    await rm(first);
    await place.home.sync();
    expect(await subjects(place.user)).toHaveLength(3);
    await dovecot.doveadm('expunge', '-u', place.user.address, 'mailbox', 'INBOX', 'ALL');
    await place.home.sync();
    await place.home.sync();
    expect(await files(place.home)).toHaveLength(2);
    expect(await subjects(place.user)).toEqual([]);
  });

  it('keywords: letters of dovecot-keywords go there, and those of there are letters here', async () => {
    const place = await begun({}, mail('one'), mail('two'));
    await writeFile(join(place.home.inbox, 'dovecot-keywords'), '0 work\n1 $Junk\n');
    const [first = '', second = ''] = (await files(place.home)).sort();
    const name = (path: string): string => path.split('/').at(-1)?.split(':2,')[0] ?? '';
    await rename(first, join(place.home.inbox, 'cur', `${name(first)}:2,Sa`));
    await place.home.sync();
    const flags = (await dovecot.serverMessages(place.user)).flatMap((each) => each.flags);
    expect(flags).toContain('work');
    const other = /^Subject: (.*)$/m.exec(await readFile(second, 'utf8'))?.[1] ?? '';
    const search = ['mailbox', 'INBOX', 'SUBJECT', other];
    await dovecot.doveadm('flags', 'add', '-u', place.user.address, '$Junk other', ...search);
    await place.home.sync();
    expect(
      (await readdir(join(place.home.inbox, 'cur'))).sort().map((each) => each.split(':2,')[1]),
    ).toEqual(expect.arrayContaining(['Sa', 'b']));
    const settled = await place.home.sync();
    expect(settled.received?.[0]).toMatchObject({ flaggedHere: 0, flaggedThere: 0 });
  });
});
