/** A mailbox on a real Dovecot, and a person who comes to posthorn with mail that another program has fetched from it. */

import { readdir, readFile, rename } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { AccountJson } from '../../src/app/sync/report-json.ts';
import { sessionsOf } from '../crash/server-log.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { mail, makePlace, nothing, type Place } from './other-programs.ts';

export const minute = 60_000;

export interface TakenState {
  readonly folders: readonly { remote: string; messages: number; doubtful: number }[];
  readonly left: readonly unknown[];
  readonly error: unknown;
}

/** Registers what begins and ends each test; the functions look at the mailbox of the test that runs. */
export function arriving() {
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

  /** `account import --with-state` into a fresh configuration. */
  async function imported(file: string, options: Readonly<Record<string, unknown>> = {}) {
    await place.write('config.yaml', JSON.stringify({ version: 1, options }));
    return place.told<{ states: readonly TakenState[] }>(
      'account',
      'import',
      '--with-state',
      place.path(file),
    );
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

  return {
    dovecot: () => dovecot,
    user: () => user,
    place: () => place,
    ...{ flagThere, there, bodiesOf, sync, files, imported, transfersNothing, fileOf, flagHere },
  };
}
