/** A mailbox and its Maildir, both changed between syncs, on a real Dovecot: what was done on one side is on the other. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeHome, type Home } from '../crash/run.ts';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import * as sides from './sides.ts';
import { deliverHere, fileOf, flagHere, here, mail, moveHere } from './sides.ts';

const minute = 60_000;
const least = 'IMAP4rev1 SASL-IR';

/** What Dovecot says that it can. */
const worlds = [
  { title: 'Dovecot', capabilities: null },
  { title: 'Dovecot with the least', capabilities: least },
  {
    title: 'Dovecot without CONDSTORE and MOVE',
    capabilities: `${least} UIDPLUS LITERAL- UNSELECT LIST-EXTENDED LIST-STATUS`,
  },
  {
    title: 'Dovecot without QRESYNC and UIDPLUS',
    capabilities: `${least} MOVE LITERAL+ ENABLE CONDSTORE ESEARCH MULTIAPPEND`,
  },
];

describe.each(worlds)('an account kept both ways: $title', ({ capabilities }) => {
  /** Messages that are taken away stay there, marked, where the server can't expunge them alone. */
  const isMarking = capabilities?.includes('UIDPLUS') === false;
  let dovecot: Dovecot;
  let user: User;
  let home: Home;

  beforeAll(async () => {
    const told = capabilities === null ? {} : { extra: `imap_capability = ${capabilities}` };
    dovecot = await startDovecot(told);
  }, minute);

  afterAll(async () => {
    await dovecot?.stop();
  }, minute);

  async function there(user: User, folder = 'INBOX'): Promise<string[]> {
    const all = await sides.there(dovecot, user, folder);
    return isMarking ? all.filter((each) => !/ \w*T\w*$/.test(each)) : all;
  }

  beforeEach(async () => {
    user = await dovecot.addUser();
    for (const folder of ['Archive', 'Trash']) await dovecot.createFolder(user, folder);
    await dovecot.deliver(user, 'INBOX', ['one', 'two', 'three', 'four'].map(mail));
    home = await makeHome(dovecot, user, 'imap');
    await home.sync();
  });

  afterEach(async () => {
    await home.remove();
  });

  async function settled(): Promise<void> {
    await home.sync();
    for (const folder of ['INBOX', 'Archive', 'Trash'])
      expect(await here(home, folder)).toEqual(await there(user, folder));
    const again = await home.sync();
    for (const folder of again.received ?? [])
      expect(folder).toMatchObject({
        ...{ fetched: 0, uploaded: 0, movedHere: 0, movedThere: 0, flaggedHere: 0 },
        ...{ flaggedThere: 0, deletedHere: 0, deletedThere: 0, error: null },
      });
  }

  it('flags that were set here are set there', async () => {
    await flagHere(home, 'one', 'S');
    await flagHere(home, 'two', 'FRS');
    await flagHere(home, 'three', 'P');
    await home.sync();
    expect(await there(user)).toEqual(['four', 'one S', 'three P', 'two FRS']);
    await settled();
  });

  it('flags of both sides are merged letter by letter', async () => {
    await flagHere(home, 'one', 'FS');
    await flagHere(home, 'two', 'S');
    await home.sync();
    await flagHere(home, 'one', 'F');
    await flagHere(home, 'two', 'RS');
    await sides.flagThere(dovecot, user, 'one', 'add', '\\Answered');
    await sides.flagThere(dovecot, user, 'two', 'remove', '\\Seen');
    await home.sync();
    expect(await there(user)).toEqual(['four', 'one FR', 'three', 'two R']);
    await settled();
  });

  it('what is new here is uploaded, with its flags and its date', async () => {
    await deliverHere(home, 'mine');
    const report = await home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'INBOX', uploaded: 1 }),
    );
    expect(await there(user)).toEqual(['four', 'mine S', 'one', 'three', 'two']);
    await settled();
  });

  it('a move here is a move there, whatever the file is called then', async () => {
    await moveHere(home, 'one', 'Archive');
    await moveHere(home, 'two', 'Archive', '1700000000.M1P2.host:2,S');
    const report = await home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'Archive', movedThere: 2, uploaded: 0 }),
    );
    expect(await there(user)).toEqual(['four', 'three']);
    await settled();
    expect(await there(user, 'Archive')).toEqual(['one', 'two S']);
  });

  it('a move there is a move here, and nothing is fetched', async () => {
    await dovecot.doveadm(
      'move',
      '-u',
      user.address,
      'Archive',
      'mailbox',
      'INBOX',
      'SUBJECT',
      'one',
    );
    const report = await home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'Archive', movedHere: 1, fetched: 0 }),
    );
    expect(await here(home)).toEqual(['four', 'three', 'two']);
    expect(await here(home, 'Archive')).toEqual(['one']);
    await settled();
  });

  it('what is deleted here goes to the trash there; in the trash for good', async () => {
    await rm(await fileOf(home, 'one'));
    await home.sync();
    expect(await there(user)).toEqual(['four', 'three', 'two']);
    expect(await there(user, 'Trash')).toEqual(['one']);
    await settled();
    await rm(await fileOf(home, 'one', 'Trash'));
    await settled();
    expect(await there(user, 'Trash')).toEqual([]);
  });

  it('what is deleted there is deleted here; what was changed here meanwhile comes back', async () => {
    await flagHere(home, 'two', 'FS');
    await dovecot.doveadm('expunge', '-u', user.address, 'mailbox', 'INBOX', 'SUBJECT', 'one');
    await dovecot.doveadm('expunge', '-u', user.address, 'mailbox', 'INBOX', 'SUBJECT', 'two');
    await home.sync();
    expect(await here(home)).toEqual(['four', 'three', 'two FS']);
    await settled();
    expect(await there(user)).toEqual(['four', 'three', 'two FS']);
  });

  it('a copy here is a copy there', async () => {
    const path = await fileOf(home, 'one');
    const copy = join(home.dir, 'mail', 'work', 'Archive', 'cur', 'copy.of.one:2,S');
    await writeFile(copy, await readFile(path));
    const report = await home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'Archive', copiedThere: 1, uploaded: 0 }),
    );
    await settled();
    expect(await there(user, 'Archive')).toEqual(['one S']);
  });

  it('a folder that was made here is made there, with its mail', async () => {
    for (const part of ['cur', 'new', 'tmp'])
      await mkdir(join(home.dir, 'mail', 'work', 'Projekte', 'Straße', part), { recursive: true });
    await deliverHere(home, 'plan', 'Projekte/Straße');
    await home.sync();
    expect(await there(user, 'Projekte/Straße')).toEqual(['plan S']);
    await settled();
  });

  it('all of a folder gone at once is not believed unasked', async () => {
    for (const subject of ['one', 'two', 'three', 'four']) await rm(await fileOf(home, subject));
    await expect(home.sync()).rejects.toThrow(/75/);
    expect(await there(user)).toHaveLength(4);
    await expect(home.sync()).rejects.toThrow(/--accept-deletions/);
    expect(await there(user)).toHaveLength(4);
  });

  it('a folder numbered anew keeps its mail, and nothing is doubled', async () => {
    await flagHere(home, 'one', 'S');
    await home.sync();
    await dovecot.setUidValidity(user, 'INBOX', 4242);
    const report = await home.sync();
    expect(report.received).toContainEqual(
      expect.objectContaining({ folder: 'INBOX', fetched: 0, error: null }),
    );
    await settled();
    expect(await here(home)).toEqual(['four', 'one S', 'three', 'two']);
  });
});
