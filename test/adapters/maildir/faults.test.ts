/** Disks that refuse: what is said, and what is left. */

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { StorageError } from '../../../src/errors.ts';
import {
  asDelivery,
  deliver,
  stagedOf,
  type Message,
  type StoreWorld,
} from '../../contract/mail-store.ts';
import { diskAround, failingDisk, systemError, type Call } from '../../disk/faulty-disk.ts';
import { diskWorld, filesOf } from './disk-world.ts';
import { diskWithoutLinks } from './faulty-disk.ts';

const worlds: StoreWorld[] = [];

/** A tree with an inbox on a sound disk, and the root for a second, faulty store. */
async function soundWorld(): Promise<StoreWorld> {
  const world = await diskWorld();
  worlds.push(world);
  const tree = await world.store.create(world.root, 'mine');
  await tree.ensureFolder('INBOX');
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.dispose();
});

const message: Message = { key: 'k', text: 'Subject: x\r\n\r\nx\r\n', internalDate: 1e12 };
const isMessage = ({ path }: Call): boolean => path.includes('/INBOX/tmp/');

async function failure(work: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

describe('stage on a disk that fails', () => {
  it.each(['open-wx', 'write', 'utimes', 'sync', 'close'])('at %s leaves nothing', async (name) => {
    const { root, temporary, files } = await soundWorld();
    const disk = failingDisk('EIO', (call) => call.name === name && isMessage(call));
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    const error = await failure(deliver(tree, 'INBOX', [message]));
    expect(error.message).toMatch(/the disk failed/);
    expect(await temporary('INBOX')).toEqual([]);
    expect((await files('INBOX')).size).toBe(0);
  });

  const firstAndLast = ['open-wx', 'write', 'utimes', 'close'].flatMap((name) => [
    [name, 1],
    [name, 20],
  ]) as [string, number][];

  it.each(firstAndLast)('at %s number %d leaves nothing of the batch', async (name, number) => {
    const { root, temporary, files } = await soundWorld();
    let calls = 0;
    const disk = failingDisk('ENOSPC', (call) => {
      if (call.name === name && isMessage(call)) calls += 1;
      return calls === number && call.name === name;
    });
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    const batch = Array.from({ length: 20 }, (_, index) => ({ ...message, key: String(index) }));
    const error = await failure(tree.stage('INBOX', batch.map(asDelivery)));
    expect(error.message).toMatch(/no space is left/);
    expect(await temporary('INBOX')).toEqual([]);
    expect((await files('INBOX')).size).toBe(0);
  });

  it('goes on where a write takes a part alone', async () => {
    const { root, files } = await soundWorld();
    const whole = diskAround((_, work) => work());
    const now = {
      ...whole.now,
      write: (descriptor: number, octets: Uint8Array, offset: number, length: number) =>
        whole.now.write(descriptor, octets, offset, Math.min(length, 5)),
    };
    const tree = await createMaildirStore({ disk: { ...whole, now } }).open(root, 'mine');
    await deliver(tree, 'INBOX', [message, { ...message, key: 'second' }]);
    expect([...(await files('INBOX')).values()].map(String)).toEqual([
      'Subject: x\n\nx\n',
      'Subject: x\n\nx\n',
    ]);
  });

  it.each([
    ['ENOSPC', /no space is left/, /Make room/, 'account'],
    ['EDQUOT', /quota/, /quota/, 'account'],
    ['EROFS', /read-only/, /Mount it/, 'account'],
    ['EACCES', /permission/, /chown/, 'folder'],
    ['ENOENT', /is gone/, /mounted/, 'folder'],
    ['ENAMETOOLONG', /cannot be used \(ENAMETOOLONG\)/, /^Check /, 'folder'],
  ])('says what %s means', async (code, what, remedy, reach) => {
    const { root } = await soundWorld();
    const disk = failingDisk(code, (call) => call.name === 'open-wx' && isMessage(call));
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    const error = await failure(deliver(tree, 'INBOX', [message]));
    expect(error).toMatchObject({ exitStatus: 74, reach });
    expect(error.message).toMatch(what);
    expect(error.remedy ?? '').toMatch(remedy);
  });

  it('tells the source that nobody reads on', async () => {
    const { root } = await soundWorld();
    const disk = failingDisk('ENOSPC', ({ name }) => name === 'write');
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    let ended = false;
    async function* body(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(100_000));
      } finally {
        ended = true;
      }
    }
    const delivery = { ...asDelivery(message), body: { kind: 'stream', chunks: body() } as const };
    await failure(tree.stage('INBOX', [delivery]));
    expect(ended).toBe(true);
  });

  it('takes a date that the file system has no room for', async () => {
    const { root, files } = await soundWorld();
    const disk = failingDisk('EINVAL', ({ name }) => name === 'utimes');
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    await deliver(tree, 'INBOX', [message, { key: 'nan', text: 'x', internalDate: Number.NaN }]);
    expect((await files('INBOX')).size).toBe(2);
  });
});

describe('publish on a disk that fails', () => {
  const batch = Array.from({ length: 40 }, (_, index): Message => ({
    key: String(index),
    text: `message ${String(index)}\r\n`,
    flags: index % 2 === 0 ? [] : ['S'],
  }));

  it.each(['link', 'sync'])('at %s: what was linked is adopted later', async (name) => {
    const { root, files, store } = await soundWorld();
    let calls = 0;
    const disk = failingDisk('ENOSPC', (call) => {
      if (call.name !== name || isMessage(call)) return false;
      calls += 1;
      return name === 'sync' || calls > 20;
    });
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    await failure(deliver(tree, 'INBOX', batch));
    const left = await files('INBOX');
    expect(left.size).toBe(name === 'link' ? 20 : 40);
    const again = await store.open(root, 'mine');
    await again.ensureFolder('INBOX');
    const results = await deliver(again, 'INBOX', batch);
    expect(results.filter(({ outcome }) => outcome === 'adopted')).toHaveLength(left.size);
    expect((await files('INBOX')).size).toBe(40);
  });

  it('syncs new/ and cur/ once each, after the links and before it resolves', async () => {
    const { root } = await soundWorld();
    const calls: string[] = [];
    const disk = diskAround(async ({ name, path }, work) => {
      const result = await work();
      if (name === 'link' || (name === 'sync' && !path.includes('/INBOX/tmp/')))
        calls.push(name === 'link' ? name : `sync ${path.slice(-3)}`);
      return result;
    });
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    await deliver(tree, 'INBOX', batch);
    expect(calls.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 'link'));
    expect(calls.slice(40).sort()).toEqual(['sync cur', 'sync new']);
  });

  it('never ends while a link is under way', async () => {
    const { root } = await soundWorld();
    let underWay = 0;
    const disk = diskAround(async (call, work) => {
      if (call.name !== 'link') return work();
      underWay += 1;
      if (underWay === 3) {
        underWay -= 1;
        throw systemError('EIO', call);
      }
      return work().finally(() => (underWay -= 1));
    });
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    await failure(deliver(tree, 'INBOX', batch));
    expect(underWay).toBe(0);
  });

  it('works without hard links, and replaces nothing', async () => {
    const { root } = await soundWorld();
    const tree = await createMaildirStore({ disk: diskWithoutLinks }).open(root, 'mine');
    await tree.ensureFolder('INBOX');
    await deliver(tree, 'INBOX', batch);
    const [adopted, collided] = await deliver(tree, 'INBOX', [
      { key: '0', text: 'message 0\r\n' },
      { key: '2', text: 'another\r\n' },
    ]);
    expect([adopted?.outcome, collided?.collided]).toEqual(['adopted', true]);
    expect((await filesOf(join(root, 'INBOX'))).size).toBe(41);
  });

  it('gives way to a file that appears under its name', async () => {
    const { root, files } = await soundWorld();
    const stranger = await createMaildirStore().open(root, 'mine');
    let raced = false;
    const disk = diskAround(async (call, work) => {
      if (call.name === 'link' && !raced) {
        raced = true;
        await deliver(stranger, 'INBOX', [{ key: 'k', text: 'another' }]);
      }
      return work();
    });
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    const [result] = await deliver(tree, 'INBOX', [message]);
    expect(result).toMatchObject({ outcome: 'delivered', collided: true });
    expect([...(await files('INBOX')).values()].map(String).sort()).toEqual([
      'Subject: x\n\nx\n',
      'another',
    ]);
  });

  it('accepts a file system that cannot sync directories', async () => {
    const { root } = await soundWorld();
    const disk = failingDisk('EINVAL', (call) => call.name === 'sync' && !isMessage(call));
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    await expect(deliver(tree, 'INBOX', batch)).resolves.toHaveLength(40);
  });

  it('discards without a word', async () => {
    const { root } = await soundWorld();
    const disk = failingDisk('EROFS', ({ name }) => name === 'unlink');
    const tree = await createMaildirStore({ disk }).open(root, 'mine');
    for (const staged of stagedOf(await tree.stage('INBOX', [asDelivery(message)])))
      await expect(tree.discard(staged)).resolves.toBeUndefined();
  });
});
