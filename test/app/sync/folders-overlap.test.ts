/** While a folder is made durable the next one is asked for; nothing of it is written before, nor where that fails. */

import { expect, it, vi } from 'vitest';
import { lossOf } from '../../../src/app/sync/lost-message.ts';
import type { AccountRun } from '../../../src/app/sync/account-run.ts';
import { StorageError, TemporaryError } from '../../../src/errors.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import { CrashingProcess, never } from '../../fakes/crashing.ts';
import { World } from '../world.ts';

function twoFolders(): World {
  const world = new World('imap', { folders: ['INBOX', 'Sent'] });
  world.server.deliver('one');
  world.server.deliver('sent', { path: 'Sent' });
  return world;
}

/** Syncs with a disk that names no message of INBOX before `until` has resolved; returns what was written when. */
async function syncSlowly(world: World, until: () => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  const slow = (tree: MailTree): MailTree => {
    const [stage, publish] = [tree.stage.bind(tree), tree.publish.bind(tree)];
    return Object.assign(tree, {
      stage: (...[path, deliveries]: Parameters<MailTree['stage']>) => {
        calls.push(`stage ${path}`);
        return stage(path, deliveries);
      },
      publish: async (...[path, staged]: Parameters<MailTree['publish']>) => {
        if (path === 'INBOX') await until();
        calls.push(`publish ${path}`);
        return publish(path, staged);
      },
    });
  };
  const store = {
    open: async (root: string, id: string) => slow(await world.disk.open(root, id)),
    create: async (root: string, id: string) => slow(await world.disk.create(root, id)),
    adopt: async (root: string, id: string) => slow(await world.disk.adopt(root, id)),
  };
  await world.syncAs(new CrashingProcess(never), { store, state: world.state, root: '/mail/work' });
  return calls;
}

it('is asked for while the disk is waited for, and written afterwards', async () => {
  const world = twoFolders();
  const calls = await syncSlowly(world, () =>
    vi.waitFor(() => expect(world.server.asked).toHaveLength(2), { timeout: 5_000 }),
  );
  expect(calls).toEqual(['stage INBOX', 'publish INBOX', 'stage Sent', 'publish Sent']);
  expect(world.mail('Sent')).toEqual(['sent']);
});

it('is not written where the disk has failed meanwhile', async () => {
  const world = twoFolders();
  const calls = await syncSlowly(world, async () => {
    await vi.waitFor(() => expect(world.server.asked).toHaveLength(2), { timeout: 5_000 });
    throw new StorageError('no space is left');
  });
  expect(calls).toEqual(['stage INBOX']);
  expect([...world.mail(), ...world.mail('Sent')]).toEqual([]);
  expect(await world.known('Sent')).toEqual({});
  await world.sync();
  expect([world.mail(), world.mail('Sent')]).toEqual([['one'], ['sent']]);
});

it('goes on where the trouble is that of the folder in front of it', async () => {
  const world = twoFolders();
  world.disk.failures.publish = new TemporaryError('it never rests', { reach: 'folder' });
  const { error, received } = await world.sync();
  expect(error).toBeNull();
  const troubles = received?.folders.map((folder) => [folder.path, folder.error?.message]);
  expect(troubles).toEqual([
    ['INBOX', 'it never rests'],
    ['Sent', undefined],
  ]);
  expect([world.mail(), world.mail('Sent')]).toEqual([[], ['sent']]);
  expect((await world.knownFolder())?.settledUid).toBe(0);
  await world.sync();
  expect(world.mail()).toEqual(['one']);
});

it('a state that another process keeps busy is no message’s trouble', () => {
  const run = { signal: new AbortController().signal } as AccountRun;
  const lost = new TemporaryError('the server hung up');
  expect(lossOf(run, true, lost, 7)).toMatchObject({ at: 7 });
  const locked = new TemporaryError('another posthorn keeps the state busy', { code: 'locked' });
  expect(lossOf(run, true, locked, 7)).toBeNull();
});
