/** What every MailboxSource must do with folders, run as a part of mailbox-writing. */

import { expect, test } from 'vitest';
import { errorOf, sample } from './mailbox-source.ts';
import { uploadAll, uploadOf, type Stage } from './mailbox-stage.ts';

export function folderTests({ enter, can }: Stage): void {
  test('are renamed with what is below them, and with their subscriptions', async () => {
    await enter({}, async (session, account) => {
      await session.folders();
      const below = session.delimiter ?? '/';
      const paths = ['Ältere', `Ältere${below}100%`, 'Ältere Sachen', `Ältere${below}ohne`];
      for (const path of paths) await session.createFolder(path, null);
      await session.subscribe(`Ältere${below}ohne`, false);
      await session.selectForWriting(`Ältere${below}100%`);
      await uploadAll(session, `Ältere${below}100%`, [uploadOf(sample(1))]);
      await session.renameFolder('Ältere', 'Neuere');
      const { folders } = await session.folders();
      const names = folders.map(({ path }) => path).filter((path) => /Älte|Neue/.test(path));
      const renamed = ['Neuere', `Neuere${below}100%`, `Neuere${below}ohne`];
      expect(names.sort()).toEqual(['Ältere Sachen', ...renamed].sort());
      expect(await account.messages(`Neuere${below}100%`)).toHaveLength(1);
      const subscribed = (await account.subscribed()).filter((path) => /Älte|Neue/.test(path));
      expect(subscribed).toEqual(['Ältere Sachen', 'Neuere', `Neuere${below}100%`].sort());
    });
  });

  test('are subscribed and unsubscribed', async () => {
    await enter({}, async (session) => {
      await session.createFolder('News', null);
      const isSubscribed = async () =>
        (await session.folders()).folders.find(({ path }) => path === 'News')?.subscribed;
      const told = can().subscriptions;
      expect(await isSubscribed()).toBe(told ? true : null);
      await session.subscribe('News', false);
      expect(await isSubscribed()).toBe(told ? false : null);
      await session.subscribe('News', true);
      expect(await isSubscribed()).toBe(told ? true : null);
    });
  });

  test('are deleted, and nobody minds where they are gone', async () => {
    await enter({}, async (session, account) => {
      await session.createFolder('Old', null);
      await uploadAll(session, 'Old', [uploadOf(sample(1))]);
      await session.selectForWriting('Old');
      await session.deleteFolder('Old');
      await session.deleteFolder('Old');
      const { folders } = await session.folders();
      expect(folders.some(({ path }) => path === 'Old')).toBe(false);
      expect(await account.subscribed()).not.toContain('Old');
      expect((await session.select('INBOX')).status.exists).toBe(0);
    });
  });

  test('one that is in the way is not replaced', async () => {
    await enter({ folders: ['One', 'Two'] }, async (session) => {
      expect((await errorOf(session.renameFolder('One', 'Two'))).reach).toBe('folder');
      expect((await errorOf(session.renameFolder('INBOX', 'Three'))).reach).toBe('folder');
      expect((await errorOf(session.deleteFolder('INBOX'))).reach).toBe('folder');
      const { folders } = await session.folders();
      expect(folders.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['INBOX', 'One', 'Two']),
      );
    });
  });
}
