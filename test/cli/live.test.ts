/** Against Dovecot: mail that is read live and never stored, and the folders that a server lacks. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { makeMessage } from '../servers/messages.ts';
import { configuration, onDovecot, type Entry } from './running/accounts.ts';
import { below, Home } from './running/posthorn.ts';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot({ separator: '.' });
});

afterAll(() => dovecot.stop());

beforeEach(async () => {
  user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', makeMessage(1));
});

afterEach(() => home.remove());

const note = 'work: is read live from its server; nothing is kept here\n';

async function withIncoming(more: Entry, account: Entry = {}): Promise<void> {
  const entry = onDovecot(dovecot, user);
  const incoming = { ...(entry['incoming'] as Entry), ...more };
  home = await Home.make(configuration({ work: { ...entry, incoming, ...account } }));
}

interface Synced {
  accounts: { received: unknown[] | null; created: string[]; warnings: string[]; live: boolean }[];
}

it('backgroundSync: false never stores mail, and says so once', async () => {
  await withIncoming({ backgroundSync: false });
  expect(await home.run(['sync'])).toEqual({ status: 0, stdout: note, stderr: '' });
  const { document } = await home.json<Synced>(['sync']);
  expect(document.accounts).toMatchObject([{ received: null, live: true, created: [] }]);
  expect(await home.run(['folders'])).toEqual({ status: 0, stdout: '', stderr: note });
  const files = await below(home.folder);
  expect(files.filter((path) => path.includes('Mail'))).toEqual([]);
});

it('createSystemFolders: true makes what is missing, once, and fetches mail all the same', async () => {
  await withIncoming({ createSystemFolders: true }, { folders: { trash: 'Papierkorb' } });
  const first = await home.json<Synced>(['sync']);
  expect(first.document.accounts).toMatchObject([
    { created: ['Sent', 'Drafts', 'Papierkorb', 'Spam'], warnings: [] },
  ]);
  const again = await home.json<Synced>(['sync']);
  expect(again.document.accounts).toMatchObject([{ created: [], warnings: [] }]);
  const { document } = await home.json<{ folders: { remote: string; role: string }[] }>([
    'folders',
  ]);
  expect(document.folders.map(({ remote, role }) => `${remote}: ${role}`).sort()).toEqual([
    'Drafts: drafts',
    'INBOX: inbox',
    'Papierkorb: trash',
    'Sent: sent',
    'Spam: spam',
  ]);
});

it('a folder that the server refuses is a warning of the sync', async () => {
  await withIncoming({ createSystemFolders: true }, { folders: { sent: 'a..b' } });
  const { status, document } = await home.json<Synced>(['sync']);
  expect(status).toBe(0);
  expect(document.accounts).toMatchObject([
    {
      created: ['Drafts', 'Trash', 'Spam'],
      warnings: [expect.stringContaining('the folder a..b cannot be made on the server') as string],
      received: expect.arrayContaining([
        expect.objectContaining({ folder: 'INBOX', fetched: 1 }),
      ]) as unknown,
    },
  ]);
});

it('without it nothing is made', async () => {
  await withIncoming({});
  const { document } = await home.json<Synced>(['sync']);
  expect(document.accounts).toMatchObject([{ created: [], received: [{ folder: 'INBOX' }] }]);
});
