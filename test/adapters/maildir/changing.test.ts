/** Changes of mail that is there: broken off at every call, in the order that loses nothing, and beside others who deliver. */

import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import { diskAround, failingDisk, type Call } from '../../disk/faulty-disk.ts';
import { diskWorld, filesOf, temporaryFolder } from './disk-world.ts';
import { dyingDisk, PowerCut, type Cut } from './faulty-disk.ts';

const kept = ['flagged', 'moved', 'new', 'other'];
const removed = ['gone', 'left'];

async function prepare(root: string): Promise<void> {
  const tree = await createMaildirStore().create(root, 'mine');
  for (const folder of ['INBOX', 'Archive']) await tree.ensureFolder(folder);
  for (const base of [...kept, ...removed]) {
    const name = base === 'new' ? `new/${base}` : `cur/${base}:2,S`;
    await writeFile(join(root, 'INBOX', name), base);
  }
}

/** As an engine does it that repeats what it does not know to be done. */
async function change(root: string, bulk: number, disk?: Disk): Promise<void> {
  const options = { bulk, pause: () => Promise.resolve() };
  const store = createMaildirStore(disk === undefined ? options : { ...options, disk });
  const tree = await store.open(root, 'mine');
  await tree.scan('INBOX');
  const flags = ['F', 'S'] as const;
  await tree.setFlags(
    'INBOX',
    ['flagged', 'new', 'other'].map((base) => ({ base, flags })),
  );
  await tree.move('INBOX', ['moved', 'new', 'other'], 'Archive');
  await tree.remove('INBOX', removed);
}

async function contents(root: string): Promise<string[]> {
  const folders = await Promise.all(
    ['INBOX', 'Archive'].map((folder) => filesOf(join(root, folder))),
  );
  return folders.flatMap((files) => [...files.values()].map(String)).sort();
}

const finished = ['cur/flagged:2,FS', 'cur/moved:2,S', 'cur/new:2,FS', 'cur/other:2,FS'];

async function pathsOf(root: string): Promise<string[]> {
  const [inbox, archive] = await Promise.all(
    ['INBOX', 'Archive'].map((folder) => filesOf(join(root, folder))),
  );
  expect([...(inbox?.keys() ?? [])]).toEqual(['cur/flagged:2,FS']);
  return [...(inbox?.keys() ?? []), ...(archive?.keys() ?? [])].sort();
}

describe.each([2, 64])('broken off at every call (many from: %i)', (bulk) => {
  it.each([false, true])('(after the call: %s)', { timeout: 60_000 }, async (after) => {
    const base = await temporaryFolder();
    try {
      const whole = dyingDisk({ at: Number.POSITIVE_INFINITY, after }, true);
      await prepare(join(base, 'whole'));
      await change(join(base, 'whole'), bulk, whole.disk);
      expect(await pathsOf(join(base, 'whole'))).toEqual(finished);
      expect(whole.calls()).toBeGreaterThan(30);
      for (let at = 0; at < whole.calls(); at += 1) await crash(base, { at, after }, bulk);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});

async function crash(base: string, cut: Cut, bulk: number): Promise<void> {
  const root = join(base, String(cut.at), 'work');
  await prepare(root);
  const { disk, atRest } = dyingDisk(cut, true);
  await expect(change(root, bulk, disk)).rejects.toThrow(PowerCut);
  await atRest();
  const left = await contents(root);
  expect(left).toEqual(expect.arrayContaining(kept));
  expect(new Set(left).size).toBe(left.length);
  await change(root, bulk);
  expect(await pathsOf(root)).toEqual(finished);
}

describe('durability of many at once', () => {
  it('is one fsync a directory, the new name before the old one is known to be gone', async () => {
    const synced: string[] = [];
    const disk = diskAround(async (call, work) => {
      const result = await work();
      if (call.name === 'sync') synced.push(call.path);
      return result;
    });
    const world = await diskWorld({ disk });
    try {
      const tree = await world.store.create(world.root, 'mine');
      for (const folder of ['INBOX', 'Archive']) await tree.ensureFolder(folder);
      const bases = Array.from({ length: 100 }, (_, index) => `a${String(index)}`);
      for (const base of bases) await world.put('INBOX', `new/${base}`, base);
      const after = async (work: () => Promise<unknown>): Promise<string[]> => {
        synced.length = 0;
        await work();
        return synced.map((path) => path.slice(world.root.length + 1));
      };
      const changes = bases.map((base) => ({ base, flags: ['S'] as const }));
      expect(await after(() => tree.setFlags('INBOX', changes))).toEqual([
        'INBOX/cur',
        'INBOX/new',
      ]);
      expect(await after(() => tree.setFlags('INBOX', changes))).toEqual([]);
      expect(await after(() => tree.move('INBOX', bases, 'Archive'))).toEqual([
        ...['Archive/cur', 'INBOX/cur'],
      ]);
      expect(await after(() => tree.remove('Archive', bases))).toEqual(['Archive/cur']);
    } finally {
      await world.dispose();
    }
  });

  it('of a disk that fails is told, and what was renamed is known', async () => {
    let isFailing = false;
    const disk = failingDisk('EIO', ({ name, path }) => {
      return isFailing && name === 'sync' && path.endsWith('cur');
    });
    const world = await diskWorld({ disk });
    try {
      const tree = await world.store.create(world.root, 'mine');
      await tree.ensureFolder('INBOX');
      await world.put('INBOX', 'cur/a:2,', 'x');
      isFailing = true;
      const change = { base: 'a', flags: ['S'] as const };
      await expect(tree.setFlags('INBOX', [change])).rejects.toMatchObject({ exitStatus: 74 });
      isFailing = false;
      expect(await tree.remove('INBOX', ['a'])).toEqual([true]);
    } finally {
      await world.dispose();
    }
  });
});

describe('a folder that is removed while another program delivers', () => {
  const parts = ['cur', 'new', 'tmp'];

  /** Delivers right before the call of this number to rmdir: the way of Maildir, from `tmp` to `new`, or a move into `cur`. */
  function racing(at: number, directory: string): { disk: Disk; delivered: () => boolean } {
    let calls = 0;
    let isDelivered = false;
    const deliver = async (folder: string): Promise<void> => {
      const path = join(folder, directory, 'theirs');
      isDelivered = await writeFile(path, 'theirs').then(
        () => true,
        () => false,
      );
    };
    const around = async <T>({ name, path }: Call, work: () => Promise<T>): Promise<T> => {
      if (name !== 'rmdir') return work();
      if (calls === at) await deliver(parts.includes(path.slice(-3)) ? join(path, '..') : path);
      calls += 1;
      return work();
    };
    return { disk: diskAround(around), delivered: () => isDelivered };
  }

  const moments = [0, 1, 2, 3].flatMap((at) => parts.map((part) => [at, part] as const));

  it.each(moments)(
    'before step %i, into %s: its mail is there, or it was told',
    async (at, part) => {
      const { disk, delivered } = racing(at, part);
      const world = await diskWorld({ disk });
      try {
        const tree: MailTree = await world.store.create(world.root, 'mine');
        await tree.ensureFolder('Old');
        const isRemoved = await tree.removeFolder('Old');
        expect(isRemoved).toBe(!delivered());
        if (isRemoved) await expect(stat(join(world.root, 'Old'))).rejects.toThrow();
        else {
          const folder = join(world.root, 'Old');
          expect((await readdir(folder)).sort()).toEqual(parts);
          expect(await readdir(join(folder, part))).toEqual(['theirs']);
        }
        await tree.ensureFolder('Old');
        expect((await readdir(join(world.root, 'Old'))).sort()).toEqual(parts);
      } finally {
        await world.dispose();
      }
    },
  );
});
