/** Coming from the real mbsync and the real OfflineIMAP: their mail and state are imported, and nothing is transferred again. */

import { mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountJson } from '../../src/app/sync/report-json.ts';
import type { ShownState } from '../../src/app/state-care/show-state.ts';
import { sessionsOf } from '../crash/server-log.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { mail, makePlace, nothing, type Place } from './other-programs.ts';

const minute = 60_000;
let dovecot: Dovecot;
let user: User;
let place: Place;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

beforeEach(async () => {
  user = await dovecot.addUser();
  for (const folder of ['Archive', 'Projekte/Straße', 'Trash'])
    await dovecot.createFolder(user, folder);
  await dovecot.deliver(
    user,
    'INBOX',
    ['one', 'two', 'three', 'four'].map((each) => mail(each)),
  );
  await dovecot.deliver(user, 'INBOX', [mail('nameless', null)]);
  await dovecot.deliver(user, 'Projekte/Straße', [mail('plan')]);
  await flagThere('add', '\\Seen', 'one');
  place = await makePlace(dovecot, user);
});

afterEach(async () => {
  await place.remove();
});

function flagThere(action: 'add' | 'remove', flag: string, subject: string) {
  const query = ['mailbox', 'INBOX', 'SUBJECT', subject];
  return dovecot.doveadm('flags', action, '-u', user.address, flag, ...query);
}

async function there(folder = 'INBOX'): Promise<string[]> {
  const messages = await dovecot.serverMessages(user, folder);
  return messages
    .map(({ raw, flags }) => {
      const subject = /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? '?';
      return flags.includes('\\Flagged') ? `${subject} F` : subject;
    })
    .sort();
}

/** Bodies that the server sent in its sessions since; the test's own looks are among them. */
async function bodiesOf(work: () => Promise<unknown>): Promise<number> {
  const before = await sessionsOf(dovecot, user, 'imap', 0);
  await work();
  const after = await sessionsOf(dovecot, user, 'imap', before.length + 1);
  return after.slice(before.length).reduce((sum, { bodies }) => sum + bodies, 0);
}

async function sync(...options: readonly string[]): Promise<AccountJson> {
  const { accounts } = await place.told<{ accounts: AccountJson[] }>('sync', ...options);
  const [account] = accounts;
  if (account === undefined) throw new Error('sync told of no account');
  return account;
}

/** All files below `mail/` that are mail, with their names. */
async function files(): Promise<string[]> {
  const all = await readdir(place.path('mail'), { recursive: true });
  return all.filter((path) => /(?:^|\/)(?:new|cur)\/[^/]+$/.test(path)).sort();
}

function remoteOfMbsync(): string[] {
  return [
    'IMAPAccount work',
    'Host localhost',
    `Port ${String(dovecot.ports.imaps)}`,
    `User ${user.address}`,
    `PassCmd "echo ${user.password}"`,
    'SSLType IMAPS',
    `CertificateFile ${dovecot.ca}`,
    '',
    'IMAPStore far',
    'Account work',
    '',
  ];
}

function nearOfMbsync(...lines: readonly string[]): string[] {
  return ['MaildirStore near', ...lines, ''];
}

function channel(...lines: readonly string[]): string[] {
  return [
    'Channel work',
    'Far :far:',
    'Near :near:',
    'Patterns *',
    'Create Both',
    'Expunge Both',
    ...lines,
  ];
}

const verbatim = () =>
  nearOfMbsync(
    `Path ${place.path('mail')}/`,
    `Inbox ${place.path('mail', 'INBOX')}`,
    'SubFolders Verbatim',
  );

/** `account import --with-state` into a fresh configuration. */
async function imported(file: string, options: Readonly<Record<string, unknown>> = {}) {
  await place.write('config.yaml', JSON.stringify({ version: 1, options }));
  return place.told<{
    states: {
      folders: { remote: string; messages: number; doubtful: number }[];
      left: unknown[];
      error: unknown;
    }[];
  }>('account', 'import', '--with-state', place.path(file));
}

async function transfersNothing(): Promise<void> {
  const before = await files();
  const sent = await bodiesOf(async () => {
    const { received } = await sync();
    for (const folder of received ?? []) expect(folder).toMatchObject(nothing);
  });
  expect(sent).toBe(0);
  expect(await files()).toEqual(before);
  expect(await there()).toHaveLength(5);
  const folders = (await dovecot.folders(user)).map(({ name }) => name);
  expect(folders.sort()).toEqual(
    ['Archive', 'INBOX', 'Projekte', 'Projekte/Straße', 'Trash'].filter((each) =>
      folders.includes(each),
    ),
  );
}

/** A file of `mail/` by its subject. */
async function fileOf(subject: string): Promise<string> {
  for (const path of await files())
    if ((await readFile(place.path('mail', path), 'utf8')).includes(`Subject: ${subject}\n`))
      return place.path('mail', path);
  throw new Error(`no file of ${subject}`);
}

async function flagHere(subject: string, letters: string): Promise<void> {
  const path = await fileOf(subject);
  const [base = ''] = path.split('/').slice(-1)[0]?.split(':2,') ?? [];
  await rename(path, path.replace(/\/(?:new|cur)\/[^/]+$/, `/cur/${base}:2,${letters}`));
}

describe('from mbsync', { timeout: minute }, () => {
  const layouts: readonly [string, () => string[], Readonly<Record<string, unknown>>][] = [
    ['SubFolders Verbatim, SyncState *', () => [...verbatim(), ...channel('SyncState *')], {}],
    ["mbsync's own folder for the state", () => [...verbatim(), ...channel()], {}],
    [
      'SyncState for all channels, a prefix',
      () => [`SyncState ${place.path('state-')}`, '', ...verbatim(), ...channel()],
      {},
    ],
    [
      'SubFolders Maildir++',
      () => [
        ...nearOfMbsync(`Inbox ${place.path('mail')}/`, 'SubFolders Maildir++'),
        ...channel('SyncState *'),
      ],
      { layout: 'maildir++' },
    ],
  ];

  it.each(layouts)(
    '%s: the first sync transfers nothing, flags flow',
    async (_, lines, options) => {
      const global = lines()[0]?.startsWith('SyncState') === true ? lines().slice(0, 2) : [];
      const text = [...global, ...remoteOfMbsync(), ...lines().slice(global.length)];
      await place.write('mbsyncrc', `${text.join('\n')}\n`);
      await place.mbsync('work');
      const { states } = await imported('mbsyncrc', options);
      expect(states).toMatchObject([{ left: [], error: null }]);
      const known = new Map(states[0]?.folders.map((each) => [each.remote, each]));
      expect(known.get('INBOX')).toEqual({ remote: 'INBOX', messages: 5, doubtful: 0 });
      expect(known.get('Projekte/Straße')).toEqual({
        remote: 'Projekte/Straße',
        messages: 1,
        doubtful: 0,
      });
      await transfersNothing();
      await flagHere('two', 'FS');
      await flagThere('add', '\\Answered', 'one');
      await sync();
      expect(await there()).toContain('two F');
      expect(await fileOf('one')).toMatch(/,U=\d+:2,RS$/);
    },
  );

  async function synced(): Promise<void> {
    const text = [...remoteOfMbsync(), ...verbatim(), ...channel('SyncState *')];
    await place.write('mbsyncrc', `${text.join('\n')}\n`);
    await place.mbsync('work');
  }

  it('there and back: mbsync goes on after posthorn, with its own configuration', async () => {
    await synced();
    await imported('mbsyncrc');
    await dovecot.deliver(user, 'INBOX', [mail('five')]);
    await flagHere('three', 'S');
    await sync();
    await place.told('state', 'export', 'work', '--to', 'mbsync');
    const before = await files();
    expect(await bodiesOf(() => place.mbsync('work'))).toBe(0);
    expect(await files()).toEqual(before);
    expect(await there()).toHaveLength(6);
    await flagHere('five', 'F');
    await place.mbsync('work');
    expect(await there()).toContain('five F');
  });

  it('what was changed since mbsync ran last is carried over: flags, deletions, what is new on either side', async () => {
    await synced();
    await flagHere('one', 'FS');
    await unlink(await fileOf('two'));
    await dovecot.doveadm('expunge', '-u', user.address, 'mailbox', 'INBOX', 'SUBJECT', 'three');
    await dovecot.deliver(user, 'INBOX', [mail('five')]);
    await writeFile(
      place.path('mail', 'INBOX', 'cur', 'mine:2,S'),
      mail('mine').toString().replaceAll('\r\n', '\n'),
    );
    const { states } = await imported('mbsyncrc');
    // Of a file that is gone nobody knows what it was: its message comes again.
    expect(states[0]?.folders.find(({ remote }) => remote === 'INBOX')).toMatchObject({
      messages: 4,
      doubtful: 1,
    });
    await sync();
    expect(await there()).toEqual(['five', 'four', 'mine', 'nameless', 'one F', 'two']);
    expect(await place.here('INBOX')).toEqual([
      'five',
      'four',
      'mine S',
      'nameless',
      'one FS',
      'two',
    ]);
    for (const folder of (await sync()).received ?? []) expect(folder).toMatchObject(nothing);
  });

  it('a file that stands under the number of another one is not believed', async () => {
    await synced();
    const [one, two] = [await fileOf('one'), await fileOf('two')];
    const [three, four] = [await fileOf('three'), await fileOf('four')];
    await rename(three, `${three}.tmp`);
    await rename(four, three);
    await rename(`${three}.tmp`, four);
    const { states } = await imported('mbsyncrc');
    expect(states[0]?.folders.find(({ remote }) => remote === 'INBOX')).toMatchObject({
      messages: 5,
      doubtful: 0,
    });
    const sent = await bodiesOf(() => sync());
    expect(sent).toBe(0);
    expect(await there()).toEqual(['four', 'nameless', 'one', 'three', 'two']);
    expect(await place.here('INBOX')).toEqual(['four', 'nameless', 'one S', 'three', 'two']);
    expect([await fileOf('one'), await fileOf('two')]).toEqual([one, two]);
  });

  it('a folder that was numbered anew begins without a state, and nothing is doubled', async () => {
    await synced();
    await dovecot.setUidValidity(user, 'Projekte/Straße', 4242);
    const { states } = await imported('mbsyncrc');
    expect(states[0]?.left).toMatchObject([{ remote: 'Projekte/Straße' }]);
    await transfersNothingBut('adopted');
  });

  async function transfersNothingBut(what: string): Promise<void> {
    const before = await files();
    const { received } = await sync();
    for (const folder of received ?? []) {
      const { [what as 'fetched']: _, ...rest } = nothing;
      expect(folder).toMatchObject(rest);
    }
    expect(await files()).toEqual(before);
  }

  it('a rebuild keeps the places of folders that mbsync named', async () => {
    await synced();
    await imported('mbsyncrc');
    const before = await files();
    await place.told('state', 'rebuild', 'work');
    expect(await files()).toEqual(before);
    const state = await place.told<ShownState>('state', 'show', 'work');
    expect(state.folders.find(({ remote }) => remote === 'Projekte/Straße')?.path).toBe(
      place.path('mail', 'Projekte/Stra&AN8-e'),
    );
    expect((await dovecot.folders(user)).map(({ name }) => name)).not.toContain(
      'Projekte/Stra&AN8-e',
    );
  });

  it('refuses what it has no layout for, before anything is saved', async () => {
    const near = nearOfMbsync(
      `Path ${place.path('mail')}/`,
      `Inbox ${place.path('mail', 'INBOX')}`,
      'SubFolders Legacy',
    );
    await place.write('mbsyncrc', [...remoteOfMbsync(), ...near, ...channel()].join('\n'));
    await place.write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place.posthorn(
      'account',
      'import',
      '--with-state',
      place.path('mbsyncrc'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('SubFolders Legacy'),
    ]);
    const list = await place.told<{ accounts: unknown[] }>('account', 'list');
    expect(list.accounts).toEqual([]);
  });

  it('says what to do where mbsync was broken off, and a rebuild does it', async () => {
    await synced();
    for (const suffix of ['new', 'journal'])
      await writeFile(place.path('mail', 'INBOX', `.mbsyncstate.${suffix}`), '');
    await place.write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place.posthorn(
      'account',
      'import',
      '--with-state',
      place.path('mbsyncrc'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('run to its end once'),
    ]);
    const before = await files();
    expect((await place.posthorn('sync')).stderr).toContain('state rebuild');
    await place.told('state', 'rebuild', 'work');
    expect(await there()).toHaveLength(5);
    expect(before.filter((path) => path.includes('INBOX'))).toEqual(
      (await files()).filter((path) => path.includes('INBOX')),
    );
  });
});

describe('from OfflineIMAP', { timeout: 2 * minute }, () => {
  async function synced(local: readonly string[] = []): Promise<void> {
    const text = [
      '[general]',
      'accounts = work',
      '',
      '[Account work]',
      'localrepository = here',
      'remoterepository = there',
      '',
      '[Repository here]',
      'type = Maildir',
      `localfolders = ${place.path('mail')}`,
      ...local,
      '',
      '[Repository there]',
      'type = IMAP',
      'remotehost = localhost',
      `remoteport = ${String(dovecot.ports.imaps)}`,
      `remoteuser = ${user.address}`,
      `remotepass = ${user.password}`,
      `sslcacertfile = ${dovecot.ca}`,
      '',
    ];
    await place.write('offlineimaprc', text.join('\n'));
    await place.offlineimap();
  }

  it.each([['.'], ['/']])(
    'folders parted by %s: the first sync transfers nothing, flags flow',
    async (separator) => {
      await synced([`sep = ${separator}`]);
      const { states } = await imported('offlineimaprc');
      expect(states).toMatchObject([{ left: [], error: null }]);
      const known = new Map(states[0]?.folders.map((each) => [each.remote, each]));
      expect(known.get('INBOX')).toEqual({ remote: 'INBOX', messages: 5, doubtful: 0 });
      expect(known.get('Projekte/Straße')).toEqual({
        remote: 'Projekte/Straße',
        messages: 1,
        doubtful: 0,
      });
      await transfersNothing();
      await flagHere('two', 'FS');
      await flagThere('add', '\\Answered', 'one');
      await sync();
      expect(await there()).toContain('two F');
      expect(await fileOf('one')).toMatch(/,U=\d+,FMD5=[0-9a-f]{32}:2,RS$/);
    },
  );

  it('goes on after posthorn: its names and its status still hold', async () => {
    await synced();
    await imported('offlineimaprc');
    await sync();
    const before = await files();
    expect(await bodiesOf(() => place.offlineimap())).toBe(0);
    expect(await files()).toEqual(before);
    expect(await there()).toHaveLength(5);
  });

  it('refuses names that Python makes', async () => {
    await synced();
    const text = await readFile(place.path('offlineimaprc'), 'utf8');
    await place.write(
      'offlineimaprc',
      text.replace('type = Maildir', 'type = Maildir\nnametrans = lambda name: name'),
    );
    await place.write('config.yaml', JSON.stringify({ version: 1 }));
    const refused = await place.posthorn(
      'account',
      'import',
      '--with-state',
      place.path('offlineimaprc'),
    );
    expect([refused.status, refused.stderr]).toEqual([78, expect.stringContaining('nametrans')]);
  });
});

describe('several files in one call', { timeout: minute }, () => {
  it('each account is imported', async () => {
    await mkdir(place.path('other'));
    await rm(place.path('other'), { recursive: true });
    await place.write('config.yaml', JSON.stringify({ version: 1 }));
    await place.write('a.csv', 'name,address,in_host\nann,ann@example.org,imap.example.org\n');
    await place.write('b.csv', 'name,address,in_host\nbob,bob@example.org,imap.example.org\n');
    const { status, stderr } = await place.posthorn(
      'account',
      'import',
      place.path('a.csv'),
      place.path('b.csv'),
    );
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const list = await place.told<{ accounts: { name: string }[] }>('account', 'list');
    expect(list.accounts.map(({ name }) => name)).toEqual(['ann', 'bob']);
  });
});
