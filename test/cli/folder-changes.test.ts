/** What people do with folders, on a real Dovecot: it holds on the server and here, and no message is transferred for it. */
import { readdir, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { configuration, onDovecot, type Entry } from './running/accounts.ts';
import { Home, maildir, type Result } from './running/posthorn.ts';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
});

afterAll(() => dovecot.stop());

beforeEach(async () => {
  user = await dovecot.addUser();
});

afterEach(() => home.remove());

function mail(subject: string, more = `Message-ID: <${subject}@example.org>\r\n`): Buffer {
  return Buffer.from(`From: a@example.org\r\n${more}Subject: ${subject}\r\n\r\nText.\r\n`);
}

async function synced(entry: Entry = {}, options: Entry = {}): Promise<void> {
  home = await Home.make(
    configuration({ work: { ...onDovecot(dovecot, user), ...entry } }, options),
  );
  expect(await home.run(['sync', '-q'])).toMatchObject({ status: 0, stderr: '' });
}

async function subjects(...folder: string[]): Promise<string[]> {
  const files = await maildir(home.mail('work', ...folder));
  return files.map((raw) => /^Subject: (.*)$/m.exec(raw.toString())?.[1] ?? '?').sort();
}

async function names(): Promise<string[]> {
  return (await dovecot.folders(user)).map(({ name }) => name).sort();
}

interface Changed {
  sync: { received: { fetched: number; uploaded: number; movedHere: number; error: unknown }[] };
}

function said(result: Result): string {
  return result.stdout + result.stderr;
}

async function nothingLeftToDo(): Promise<void> {
  const { status, document } = await home.json<{ accounts: Changed['sync'][] }>(['sync']);
  expect(status).toBe(0);
  for (const folder of document.accounts[0]?.received ?? [])
    expect(folder).toMatchObject({ fetched: 0, uploaded: 0, movedHere: 0, error: null });
}

describe.each(['fs', 'maildir++'] as const)('an IMAP account (%s)', (layout) => {
  const at = (...names: string[]): string[] =>
    layout === 'fs' ? names : [names.map((each) => `.${each}`).join('')];

  it('create makes it there and here, subscribed', async () => {
    await synced({}, { layout });
    const made = await home.run(['folders', 'create', 'work', 'Projekte/Straße']);
    expect(made).toEqual({ status: 0, stdout: 'work: made Projekte/Straße\n', stderr: '' });
    expect(await names()).toContain('Projekte/Straße');
    expect(await readdir(home.mail('work', ...at('Projekte', 'Straße')))).toContain('cur');
    const { document } = await home.json<{ folders: unknown[] }>(['folders', '--server']);
    expect(document.folders).toContainEqual(
      expect.objectContaining({ remote: 'Projekte/Straße', total: 0, subscribed: true }),
    );
    expect((await home.run(['folders', 'create', 'work', 'Projekte/Straße'])).status).toBe(64);
    await nothingLeftToDo();
  });

  it('rename moves it and those below it, and fetches nothing', async () => {
    await dovecot.deliver(user, 'Alt', [mail('one'), mail('two')]);
    await dovecot.deliver(user, 'Alt/tief/er', mail('three'));
    await synced({}, { layout });
    const { status, document } = await home.json<Changed>([
      ...['folders', 'rename', 'work', 'Alt', 'Neu'],
    ]);
    expect(status).toBe(0);
    expect(document).toMatchObject({ account: 'work', from: 'Alt', folder: 'Neu' });
    for (const folder of document.sync.received)
      expect(folder).toMatchObject({ fetched: 0, uploaded: 0, error: null });
    expect(await names()).not.toContain('Alt');
    expect(await subjects(...at('Neu'))).toEqual(['one', 'two']);
    expect(await subjects(...at('Neu', 'tief', 'er'))).toEqual(['three']);
    expect(await readdir(home.mail('work'))).not.toContain(at('Alt')[0]);
    await nothingLeftToDo();
  });

  it('rename takes messages without a Message-ID along', async () => {
    await dovecot.deliver(user, 'Alt', [mail('one', ''), mail('two'), mail('one', '')]);
    await synced({}, { layout });
    const { status, stdout, stderr } = await home.run(['folders', 'rename', 'work', 'Alt', 'Neu']);
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
    expect(await subjects(...at('Neu'))).toEqual(['one', 'one', 'two']);
    expect(await dovecot.serverMessages(user, 'Neu')).toHaveLength(3);
    await nothingLeftToDo();
  });

  it('delete asks for --yes where mail is in it, and says how much', async () => {
    await dovecot.deliver(user, 'Alt', [mail('one'), mail('two')]);
    await synced({}, { layout });
    const refused = await home.run(['folders', 'delete', 'work', 'Alt']);
    expect(refused).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('Alt holds 2 messages') as string,
    });
    expect(await names()).toContain('Alt');
    const done = await home.run(['folders', 'delete', 'work', 'Alt', '--yes']);
    expect(done).toEqual({
      status: 0,
      stdout: 'work: deleted Alt, with 2 messages\n',
      stderr: '',
    });
    expect(await names()).not.toContain('Alt');
    expect(await readdir(home.mail('work'))).not.toContain(at('Alt')[0]);
    await nothingLeftToDo();
  });
});

it('delete refuses what is here alone, and the inbox', async () => {
  await dovecot.deliver(user, 'Alt', [mail('one')]);
  await synced();
  await writeFile(home.mail('work', 'Alt', 'cur', '1.here.alone:2,S'), 'Subject: mine\n\n');
  const refused = await home.run(['folders', 'delete', 'work', 'Alt', '--yes']);
  expect(refused.status).toBe(65);
  expect(said(refused)).toContain('1 message');
  expect(await names()).toContain('Alt');
  const inbox = await home.run(['folders', 'delete', 'work', 'inbox', '--yes']);
  expect(inbox).toMatchObject({ status: 64 });
  expect((await home.run(['folders', 'rename', 'work', 'INBOX', 'x'])).status).toBe(64);
});

it('delete leaves here what the settings say stays here', async () => {
  await dovecot.deliver(user, 'Alt', [mail('one')]);
  await synced({ sync: { onRemoteDelete: 'keep' } });
  const done = await home.run(['folders', 'delete', 'work', 'Alt', '--yes']);
  expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining('1 message stays') });
  expect(await subjects('Alt')).toEqual(['one']);
  expect((await home.run(['sync'])).status).toBe(0);
  expect(await subjects('Alt')).toEqual(['one']);
  expect(await names()).not.toContain('Alt');
});

it('subscribe and unsubscribe', async () => {
  await dovecot.createFolder(user, 'Lists');
  await synced();
  const subscribed = async (): Promise<boolean | undefined> => {
    const { document } = await home.json<{ folders: { remote: string; subscribed: boolean }[] }>([
      ...['folders', 'work', '--server'],
    ]);
    return document.folders.find(({ remote }) => remote === 'Lists')?.subscribed;
  };
  expect((await home.run(['folders', 'subscribe', 'work', 'Lists'])).status).toBe(0);
  expect(await subscribed()).toBe(true);
  expect((await home.run(['folders', 'unsubscribe', 'work', 'Lists'])).status).toBe(0);
  expect(await subscribed()).toBe(false);
  expect((await home.run(['folders', 'subscribe', 'work', 'Nowhere'])).status).toBe(64);
});

it('assign writes the file, and takes it back', async () => {
  await dovecot.createFolder(user, 'Weg damit');
  await synced();
  const roleOf = async (): Promise<unknown> => {
    await home.run(['sync', '-q']);
    const { document } = await home.json<{ folders: { remote: string; role: unknown }[] }>([
      'folders',
    ]);
    return document.folders.find(({ remote }) => remote === 'Weg damit')?.role;
  };
  const done = await home.run(['folders', 'assign', 'work', 'trash', 'Weg damit']);
  expect(done).toMatchObject({ status: 0, stderr: '' });
  expect(await roleOf()).toBe('trash');
  expect((await home.run(['folders', 'assign', 'work', 'trash'])).status).toBe(0);
  expect(await roleOf()).toBe(null);
  expect((await home.run(['folders', 'assign', 'work', 'bin', 'x'])).status).toBe(64);
  const unknown = await home.run(['folders', 'assign', 'work', 'sent', 'Nirgends']);
  expect(unknown).toMatchObject({ status: 0, stderr: expect.stringContaining('no folder') });
});

it('a live account: on its server alone', async () => {
  const entry = onDovecot(dovecot, user);
  const incoming = { ...(entry['incoming'] as Entry), backgroundSync: false };
  await dovecot.deliver(user, 'Alt', mail('one'));
  home = await Home.make(configuration({ work: { ...entry, incoming } }));
  expect(await home.run(['folders', 'create', 'work', 'Neu'])).toEqual({
    ...{ status: 0, stdout: 'work: made Neu\n', stderr: '' },
  });
  expect((await home.run(['folders', 'rename', 'work', 'Neu', 'Neuer'])).status).toBe(0);
  expect((await home.run(['folders', 'delete', 'work', 'Alt', '--yes'])).status).toBe(0);
  expect(await names()).toEqual(['INBOX', 'Neuer']);
  const { document } = await home.json<{ folders: unknown[] }>(['folders', '--server']);
  expect(document.folders).toMatchObject([
    { remote: 'INBOX', role: 'inbox', path: null, total: 0, lastSync: null },
    { remote: 'Neuer', path: null, total: 0 },
  ]);
  await expect(readdir(home.mail())).rejects.toThrow('ENOENT');
});

it('a POP3 account: local folders alone', async () => {
  await dovecot.deliver(user, 'INBOX', mail('one'));
  home = await Home.make(configuration({ work: onDovecot(dovecot, user, 'pop3') }));
  expect((await home.run(['sync', '-q'])).status).toBe(0);
  expect((await home.run(['folders', 'create', 'work', 'Alt/tief'])).status).toBe(0);
  await writeFile(home.mail('work', 'Alt', 'tief', 'cur', '1.here.alone:2,S'), 'Subject: mine\n\n');
  expect((await home.run(['folders', 'rename', 'work', 'Alt/tief', 'Neu'])).status).toBe(0);
  expect(await subjects('Neu')).toEqual(['mine']);
  const { document } = await home.json<{ folders: unknown[] }>(['folders']);
  expect(document.folders).toMatchObject([
    { remote: 'INBOX', role: 'inbox', total: 1 },
    { remote: 'Neu', role: null, total: 1 },
  ]);
  expect((await home.run(['folders', 'delete', 'work', 'Neu'])).status).toBe(64);
  expect((await home.run(['folders', 'delete', 'work', 'Neu', '--yes'])).status).toBe(0);
  expect(await readdir(home.mail('work'))).not.toContain('Neu');
  expect((await home.run(['folders', 'delete', 'work', 'INBOX', '--yes'])).status).toBe(64);
  expect((await home.run(['folders', 'subscribe', 'work', 'INBOX'])).status).toBe(64);
  expect(await names()).toEqual(['INBOX']);
});
