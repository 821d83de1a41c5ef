/** Folders as servers name them: none leaves the account's root, each is told, a renumbered one stops alone. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailbox } from '../../src/demo/mail/mailbox.ts';
import type { DemoUser } from '../../src/demo/mail/mailbox.ts';
import { startDemoServers } from '../../src/demo/servers.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { makeMessage } from '../servers/messages.ts';
import { configuration, onDemo, onDovecot } from './running/accounts.ts';
import { asStored, Home, maildir } from './running/posthorn.ts';

let dovecot: Dovecot;

beforeAll(async () => {
  dovecot = await startDovecot({ separator: '.' });
});

afterAll(async () => {
  await dovecot.stop();
});

interface Listed {
  folders: { remote: string; path: string; role: string | null; total: number; unread: number }[];
}

/** A user whose folders hold one message each, named by its subject. */
function userWith(delimiter: string, names: readonly string[]): DemoUser {
  const mailbox = new Mailbox(delimiter);
  for (const name of names)
    mailbox.create(name).append({ raw: Buffer.from(`Subject: ${name}\r\n\r\nhere\r\n`) });
  const address = 'mara@brunnen.example';
  return { name: address, password: 'geheim', addresses: [address], mailbox };
}

const names = {
  '/': [
    ...['../../x', '..', '../..', '/etc', 'a//b', 'a/b', 'INBOX/Sent', 'Entwürfe', 'Größe & Maß'],
    ...['cur', 'new', 'tmp', 'Work/tmp', '.posthorn', '%41', 'A', 'a.b', '日本語', ' spaces '],
  ],
  '.': ['INBOX.Sent', 'INBOX.Sent.2024', 'a/b', '../../x', 'Entwürfe.Größe', 'cur', '..', 'x/..'],
};

describe.each(['/', '.'] as const)('folders of a server with %s between them', (delimiter) => {
  it.each(['fs', 'maildir++'])('all arrive, each below the root (%s)', async (layout) => {
    const user = userWith(delimiter, names[delimiter]);
    const demo = await startDemoServers({ users: [user] });
    const home = await Home.make(configuration({ work: onDemo(demo, user) }, { layout }));
    const { status, stderr } = await home.run(['sync']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { document } = await home.json<Listed>(['folders']);
    const full = document.folders.filter(({ total }) => total > 0);
    expect(full.map(({ remote }) => remote).sort()).toEqual([...names[delimiter]].sort());
    expect(new Set(full.map(({ path }) => path)).size).toBe(full.length);
    for (const { remote, path } of full) {
      expect(path.startsWith(home.mail('work'))).toBe(true);
      expect(path.split('/')).not.toContain('..');
      const files = await maildir(path);
      expect(files.map(String)).toEqual([`Subject: ${remote}\n\nhere\n`]);
    }
    expect((await readdir(home.folder)).sort()).toEqual(['.cache', '.config', '.local', 'Mail']);
    expect(await readdir(home.mail())).toEqual(['work']);
    await Promise.all([demo.stop(), home.remove()]);
  });
});

it('of Dovecot with umlauts and dots, roles included', async () => {
  const user = await dovecot.addUser();
  const created = ['Entwürfe', 'Projekte.Größe', 'INBOX.Sent'];
  for (const [at, name] of created.entries())
    await dovecot.deliver(user, name, [makeMessage(at)], { flags: 'S' });
  const home = await Home.make(configuration({ work: onDovecot(dovecot, user) }));
  expect((await home.run(['sync'])).status).toBe(0);
  const { document } = await home.json<Listed>(['folders', 'work']);
  const found = new Map(document.folders.map((each) => [each.remote, each]));
  expect(found.get('Entwürfe')).toMatchObject({ role: 'drafts', total: 1, unread: 0 });
  expect(found.get('INBOX.Sent')).toMatchObject({ path: home.mail('work', 'INBOX', 'Sent') });
  expect(found.get('Projekte.Größe')).toMatchObject({
    path: home.mail('work', 'Projekte', 'Größe'),
  });
  const { stdout } = await home.run(['folders']);
  expect(stdout).toMatch(/^work +drafts +Entwürfe +1 +0 +.*Mail\/work\/Entwürfe$/m);
  await home.remove();
});

it('a name that would move the cursor is shown without', async () => {
  const user = userWith('/', ['evil\u001b[2Jname', 'right\u202eleft']);
  const demo = await startDemoServers({ users: [user] });
  const home = await Home.make(configuration({ work: onDemo(demo, user) }));
  const runs = [await home.run(['sync']), await home.run(['folders'])];
  for (const { status, stdout, stderr } of runs) {
    expect(status).toBe(0);
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/);
  }
  expect(runs[1]?.stdout).toContain('evil?[2Jname');
  await Promise.all([demo.stop(), home.remove()]);
});

it('a folder with a new UIDVALIDITY keeps its mail and gets what is new, and a line tells', async () => {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', [makeMessage(1)]);
  await dovecot.deliver(user, 'Projects', [makeMessage(2)]);
  const home = await Home.make(configuration({ work: onDovecot(dovecot, user) }));
  expect((await home.run(['sync'])).status).toBe(0);
  await dovecot.setUidValidity(user, 'Projects', 4711);
  await dovecot.deliver(user, 'INBOX', [makeMessage(3)]);
  await dovecot.deliver(user, 'Projects', [makeMessage(4)]);
  const { status, stdout, stderr } = await home.run(['sync']);
  expect(status).toBe(0);
  expect(stdout).toContain('work: 2 new messages');
  expect(stderr).toMatch(/^work, Projects, .*UIDVALIDITY \d+ is now 4711.*keeps its file.*\n$/);
  expect((await maildir(home.mail('work', 'Projects'))).sort()).toEqual(
    [2, 4].map((each) => asStored(makeMessage(each))).sort(),
  );
  expect(await maildir(home.mail('work', 'INBOX'))).toHaveLength(2);
  await home.remove();
});
