/** Disks that are not there: what is not seen here is not deleted on the server. */

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome, outcome, type Home } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { here, mail, there } from './sides.ts';

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
  user = await dovecot.addUser();
  for (const folder of ['Archive', 'Trash']) await dovecot.createFolder(user, folder);
  await dovecot.deliver(user, 'INBOX', ['one', 'two'].map(mail));
  await dovecot.deliver(user, 'Archive', ['old', 'older'].map(mail));
  home = await makeHome(dovecot, user, 'imap');
  await home.sync();
}, 60_000);

afterAll(async () => {
  await home?.remove();
  await dovecot?.stop();
}, 60_000);

/** The place is empty meanwhile, as a mount point is without its disk; else not even that is there. */
async function without(path: string, isEmpty: boolean, work: () => Promise<void>): Promise<void> {
  const aside = join(home.dir, 'aside');
  await rename(path, aside);
  if (isEmpty) await mkdir(path);
  await work();
  await rm(path, { recursive: true, force: true });
  await rename(aside, path);
}

async function expectAll(): Promise<void> {
  expect(await there(dovecot, user)).toEqual(['one', 'two']);
  expect(await there(dovecot, user, 'Archive')).toEqual(['old', 'older']);
  expect(await there(dovecot, user, 'Trash')).toEqual([]);
}

it.each(['mail', 'mail/work'])('an empty mount point for %s: 74', async (place) => {
  const root = join(home.dir, place);
  await without(root, true, async () => {
    const { status, stderr } = await outcome(home.start('--accept-deletions'));
    expect(status).toBe(74);
    expect(stderr).toMatch(/^posthorn: work: .*\.posthorn/);
    expect(await readdir(root)).toEqual([]);
    await expectAll();
  });
  await home.sync();
  await expectAll();
});

it.each([true, false])(
  'a folder whose own disk is missing (place there: %s): 75',
  async (isEmpty) => {
    const folder = join(home.dir, 'mail', 'work', 'Archive');
    await without(folder, isEmpty, async () => {
      const { status, stderr } = await outcome(home.start());
      expect({ status, stderr }).toMatchObject({ status: 75 });
      expect(stderr).toMatch(/Archive.*--accept-deletions/);
      await expectAll();
    });
    await home.sync();
    await expectAll();
    expect(await here(home, 'Archive')).toEqual(['old', 'older']);
  },
);
