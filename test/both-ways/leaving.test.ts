/** Rebuilding the state from the mail that is here, and leaving to the real mbsync. */

import { readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
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

const folders = ['INBOX', 'Archive', 'Projekte/Straße', 'Trash'];
const counts: Readonly<Record<string, number>> = { INBOX: 5, 'Projekte/Straße': 1 };

beforeEach(async () => {
  user = await dovecot.addUser();
  for (const folder of folders.slice(1)) await dovecot.createFolder(user, folder);
  await dovecot.deliver(
    user,
    'INBOX',
    ['one', 'two', 'three', 'four'].map((each) => mail(each)),
  );
  await dovecot.deliver(user, 'INBOX', [mail('nameless', null)]);
  await dovecot.deliver(user, 'Projekte/Straße', [mail('plan')]);
  await dovecot.doveadm(
    'flags',
    'add',
    '-u',
    user.address,
    '\\Seen work',
    'mailbox',
    'INBOX',
    'SUBJECT',
    'one',
  );
  place = await makePlace(dovecot, user);
  await place.configure();
});

afterEach(async () => {
  await place.remove();
});

async function sync(): Promise<AccountJson> {
  const { accounts } = await place.told<{ accounts: AccountJson[] }>('sync');
  const [account] = accounts;
  if (account === undefined) throw new Error('sync told of no account');
  return account;
}

async function there(folder: string): Promise<string[]> {
  const messages = await dovecot.serverMessages(user, folder);
  return messages.map(({ raw }) => /^Subject: (.*?)\r?$/m.exec(raw.toString())?.[1] ?? '?').sort();
}

/** Bodies that the server has sent, all in all. */
async function bodies(count: number): Promise<number[]> {
  return (await sessionsOf(dovecot, user, 'imap', count)).map((each) => each.bodies);
}

describe('state show', { timeout: minute }, () => {
  it('tells folders, and each message with its keywords where asked', async () => {
    await sync();
    const state = await place.told<ShownState>('state', 'show', 'work', '--messages');
    expect(state).toMatchObject({
      account: 'work',
      type: 'imap',
      root: place.path('mail'),
      intents: [],
    });
    const inbox = state.folders.find(({ remote }) => remote === 'INBOX');
    expect(inbox).toMatchObject({
      role: 'inbox',
      settledUid: 5,
      known: 5,
      total: 5,
      unread: 4,
      troubles: [],
    });
    expect(inbox?.messages?.[0]).toMatchObject({
      id: 1,
      status: 'both',
      flags: 'S',
      keywords: ['work'],
    });
    expect(inbox?.path).toBe(place.path('mail', 'INBOX'));
    const { stdout } = await place.posthorn('state', 'show', 'work', '--messages');
    expect(stdout).toMatch(/1 +both +S +work/);
  });

  it('says that nothing is known', async () => {
    const { status, stdout } = await place.posthorn('state', 'show', 'work');
    expect([status, stdout]).toEqual([0, expect.stringContaining('posthorn sync')]);
  });
});

describe('state rebuild', { timeout: minute }, () => {
  it('adopts what is here when the state is lost; nothing is fetched, uploaded or deleted', async () => {
    await sync();
    const before = await place.here('INBOX');
    for (const name of await readdir(place.dir))
      if (name === '.local') await rm(place.path(name), { recursive: true });
    await unlink(place.path('mail', '.posthorn'));
    const refused = await place.posthorn('sync');
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('state rebuild'),
    ]);
    await place.told('state', 'rebuild', 'work');
    expect(await place.here('INBOX')).toEqual(before);
    for (const folder of (await sync()).received ?? []) expect(folder).toMatchObject(nothing);
    // First sync, rebuild with its own connection and its sync, one more sync.
    expect(await bodies(4)).toEqual([6, 0, 0, 0]);
    expect(await there('INBOX')).toEqual(['four', 'nameless', 'one', 'three', 'two']);
  });

  it('brings back nothing that was deleted here, and keeps what is here alone by uploading it', async () => {
    await sync();
    const [name = ''] = await readdir(place.path('mail', 'Projekte/Straße', 'new'));
    await unlink(place.path('mail', 'Projekte/Straße', 'new', name));
    await writeFile(
      place.path('mail', 'Archive', 'cur', 'mine:2,S'),
      'Message-ID: <m>\nSubject: mine\n\nx\n',
    );
    await place.told('state', 'rebuild', 'work');
    expect(await there('Projekte/Straße')).toEqual(['plan']);
    expect(await place.here('Projekte/Straße')).toEqual(['plan']);
    expect(await there('Archive')).toEqual(['mine']);
  });

  it("touches no other account's root, and no empty one", async () => {
    await sync();
    await writeFile(place.path('mail', '.posthorn'), 'other\n');
    const other = await place.posthorn('state', 'rebuild', 'work');
    expect([other.status, other.stderr]).toEqual([74, expect.stringContaining('another account')]);
    await rm(place.path('mail'), { recursive: true });
    const none = await place.posthorn('state', 'rebuild', 'work');
    expect([none.status, none.stderr]).toEqual([74, expect.stringContaining('holds no mail')]);
  });
});

describe('an account of POP3', { timeout: minute }, () => {
  it('is told, and neither rebuilt nor handed over', async () => {
    const text = await readFile(place.path('config.yaml'), 'utf8');
    await place.write(
      'config.yaml',
      text
        .replace('"imap"', '"pop3"')
        .replace(String(dovecot.ports.imaps), String(dovecot.ports.pop3s)),
    );
    await sync();
    const state = await place.told<ShownState>('state', 'show', 'work', '--messages');
    expect(state.folders).toMatchObject([
      { remote: 'INBOX', uidValidity: null, known: 5, total: 5 },
    ]);
    expect(state.folders[0]?.messages).toHaveLength(5);
    const rebuilt = await place.posthorn('state', 'rebuild', 'work');
    expect([rebuilt.status, rebuilt.stderr]).toEqual([78, expect.stringContaining('POP3')]);
    const exported = await place.posthorn('state', 'export', 'work', '--to', 'mbsync');
    expect([exported.status, exported.stderr]).toEqual([78, expect.stringContaining('POP3')]);
  });
});

describe('state export --to mbsync', { timeout: minute }, () => {
  async function leave(): Promise<void> {
    const { status, stdout, stderr } = await place.posthorn(
      'state',
      'export',
      'work',
      '--to',
      'mbsync',
    );
    if (status !== 0) throw new Error(stderr);
    // As a person does for isync 1.4: the password's command, and the names as the server writes them.
    const text = stdout
      .replace(/# PassCmd.*/, `PassCmd "echo ${user.password}"`)
      .replaceAll(/# before isync 1\.5: (Far .*)\nFar .*/g, '$1')
      .replaceAll(/# Expunge Both.*/g, 'Expunge Both');
    await place.write('mbsyncrc', text);
  }

  it('mbsync transfers nothing, in either direction; flags flow afterwards', async () => {
    await sync();
    await leave();
    const names = await readdir(place.path('mail', 'INBOX', 'new'));
    for (const name of names) expect(name).toMatch(/,U=\d+$/);
    const before = (await bodies(1)).length;
    const said = await place.mbsync('work-all');
    // It says how many it found; what it transfers it shows on a terminal alone.
    expect(said).toContain('near side: 5 messages');
    expect(await readdir(place.path('mail', 'INBOX', 'new'))).toEqual(names);
    for (const folder of folders)
      expect(await place.here(folder)).toHaveLength(counts[folder] ?? 0);
    expect((await bodies(before + 1)).slice(before)).toEqual([0]);
    for (const folder of folders) expect(await there(folder)).toHaveLength(counts[folder] ?? 0);
    const file = names.find((each) => each.includes(',U=')) ?? '';
    await rename(
      place.path('mail', 'INBOX', 'new', file),
      place.path('mail', 'INBOX', 'cur', `${file}:2,FS`),
    );
    await dovecot.doveadm(
      'flags',
      'add',
      '-u',
      user.address,
      '\\Answered',
      'mailbox',
      'INBOX',
      'SUBJECT',
      'one',
    );
    await place.mbsync('work-all');
    expect(await place.here('INBOX')).toContain('one RS');
    const flagged = (await dovecot.serverMessages(user, 'INBOX')).filter(({ flags }) =>
      flags.includes('\\Flagged'),
    );
    expect(flagged).toHaveLength(1);
  });

  it('posthorn goes on too: the new names cost nothing, also where it was broken off before they were noted', async () => {
    await sync();
    const [name = ''] = await readdir(place.path('mail', 'INBOX', 'new'));
    await rename(
      place.path('mail', 'INBOX', 'new', name),
      place.path('mail', 'INBOX', 'new', `${name},U=7`),
    );
    await leave();
    for (const folder of (await sync()).received ?? []) expect(folder).toMatchObject(nothing);
    expect(await there('INBOX')).toHaveLength(5);
    await leave();
    const again = await place.told<{ folders: { renamed: number }[] }>(
      'state',
      'export',
      'work',
      '--to',
      'mbsync',
    );
    expect(again.folders.map(({ renamed }) => renamed)).toEqual([0, 0, 0, 0]);
    expect(await readFile(place.path('mail', 'INBOX', '.uidvalidity'), 'utf8')).toMatch(
      /^\d+\n5\n$/,
    );
  });

  it('what is kept on the server alone stays there alone', async () => {
    const text = await readFile(place.path('config.yaml'), 'utf8');
    const keeping = JSON.parse(text) as { accounts: { work: object } };
    Object.assign(keeping.accounts.work, { sync: { onLocalDelete: 'keep' } });
    await place.write('config.yaml', JSON.stringify(keeping));
    await sync();
    const names = await readdir(place.path('mail', 'INBOX', 'new'));
    await unlink(place.path('mail', 'INBOX', 'new', names[0] ?? ''));
    await sync();
    await leave();
    const here = await place.here('INBOX');
    expect(here).toHaveLength(4);
    await place.mbsync('work-all');
    expect(await place.here('INBOX')).toEqual(here);
    expect(await there('INBOX')).toHaveLength(5);
  });

  it('leaves alone a folder that mbsync was broken off in', async () => {
    await sync();
    for (const suffix of ['new', 'journal'])
      await writeFile(place.path('mail', 'INBOX', `.mbsyncstate.${suffix}`), '');
    const { status, stderr } = await place.posthorn('state', 'export', 'work', '--to', 'mbsync');
    expect([status, stderr]).toEqual([78, expect.stringContaining('run to its end once')]);
  });
});
