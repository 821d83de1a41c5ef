/** What is on disk before a message is seen, and what becomes of a batch whose files can't be brought there. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import type { OpenFileSystem } from '../../../src/disk/syncfs.ts';
import { InternalError, StorageError } from '../../../src/errors.ts';
import type { MailTree, Staged } from '../../../src/ports/receiving/mail-store.ts';
import { asDelivery, stagedOf, type Message, type StoreWorld } from '../../contract/mail-store.ts';
import { diskAround, systemError } from '../../disk/faulty-disk.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;

beforeEach(async () => {
  world = await diskWorld();
  await (await world.store.create(world.root, 'mine')).ensureFolder('INBOX');
});

afterEach(async () => {
  await world.dispose();
});

const bulk = 8;

function messages(count: number, from = 0): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    key: String(from + index),
    text: `message ${String(from + index)}\r\n`,
    flags: index % 3 === 0 ? ['S'] : [],
  }));
}

async function treeOn(disk: Disk): Promise<MailTree> {
  return createMaildirStore({ disk, bulk }).open(world.root, 'mine');
}

async function stage(tree: MailTree, given: readonly Message[]): Promise<Staged[]> {
  return stagedOf(await tree.stage('INBOX', given.map(asDelivery)));
}

const isTemporary = (path: string): boolean => path.includes('/INBOX/tmp/');

/** Knows what is on disk, and notes each name that is given to what is not. */
class Witness {
  readonly disk: Disk;
  readonly early: string[] = [];
  readonly calls: string[] = [];
  opened = 0;
  closed = 0;
  /** What the next syncfs fails with. */
  failing: string | null = null;
  readonly #written = new Set<string>();

  constructor() {
    const note = (name: string, path: string): void => {
      if (name === 'open-wx' || name === 'write') this.#written.add(path);
      if (name === 'sync' && isTemporary(path)) this.#written.delete(path);
      if (name === 'link' || name === 'renameNew' || name === 'rename') this.calls.push('name');
      else if (name === 'sync' && !isTemporary(path)) this.calls.push('directory');
      else if (name === 'sync') this.calls.push('fsync');
    };
    const disk = diskAround(
      async ({ name, path }, work) => {
        const result = await work();
        note(name, path);
        return result;
      },
      ({ name, path }, work) => {
        const result = work();
        note(name, path);
        return result;
      },
    );
    this.disk = {
      ...disk,
      openFileSystem: () => Promise.resolve(this.#fileSystem()),
      link: (from, to) => this.#named(from, () => disk.link(from, to)),
      renameNew: (from, to) => this.#named(from, () => disk.renameNew(from, to)),
      now: {
        ...disk.now,
        renameNew: (from, to) => this.#named(from, () => disk.now.renameNew(from, to)),
      },
    };
  }

  #named<T>(from: string, work: () => T): T {
    if (this.#written.has(from)) this.early.push(from);
    return work();
  }

  #fileSystem(): OpenFileSystem {
    this.opened += 1;
    return {
      sync: async () => {
        const there = [...this.#written];
        this.calls.push('syncfs');
        await new Promise(setImmediate);
        const code = this.failing;
        this.failing = null;
        if (code !== null) throw systemError(code, { name: 'syncfs', path: world.root });
        for (const path of there) this.#written.delete(path);
      },
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    };
  }

  count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }
}

describe('a batch', () => {
  it.each([1, bulk - 1, bulk, 50])('of %d is on disk before it is seen', async (count) => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const publishing: Promise<unknown>[] = [];
    for (let batch = 0; batch < 3; batch += 1)
      publishing.push(tree.publish('INBOX', await stage(tree, messages(count, batch * count))));
    await Promise.all(publishing);
    expect(witness.early).toEqual([]);
    expect((await world.files('INBOX')).size).toBe(3 * count);
  });

  it('that is large takes one syncfs and no fsync, then the names, then each directory', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    await tree.publish('INBOX', await stage(tree, messages(20)));
    const names = Array.from({ length: 20 }, () => 'name');
    expect(witness.calls).toEqual(['syncfs', ...names, 'directory', 'directory']);
  });

  it('that is small never waits for what strangers write', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    await tree.publish('INBOX', await stage(tree, messages(bulk - 1)));
    expect(witness.count('syncfs')).toBe(0);
    expect(witness.count('fsync')).toBe(bulk - 1);
  });

  it('that was staged in small parts is large all the same', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const staged: Staged[] = [];
    for (let part = 0; part < 40; part += 1) staged.push(...(await stage(tree, messages(1, part))));
    await tree.publish('INBOX', staged);
    expect(witness.early).toEqual([]);
    expect(witness.count('syncfs')).toBe(1);
    // Only those that came before it was known how many there would be.
    expect(witness.count('fsync')).toBeLessThan(bulk);
  });

  it('lets go of the disk once nothing is staged any more', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const first = await stage(tree, messages(20));
    const second = await stage(tree, messages(20, 20));
    await tree.publish('INBOX', first);
    expect([witness.opened, witness.closed]).toEqual([1, 0]);
    for (const staged of second) await tree.discard(staged);
    expect([witness.opened, witness.closed]).toEqual([1, 1]);
    const broken = messages(20).map((message) => ({
      ...asDelivery(message),
      body: { kind: 'stream', chunks: failing() } as const,
    }));
    await expect(tree.stage('INBOX', broken)).rejects.toThrow('cut');
    expect([witness.opened, witness.closed]).toEqual([2, 2]);
  });
});

async function* failing(): AsyncGenerator<Buffer> {
  yield await Promise.reject(new Error('cut'));
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('where syncfs tells of an error', () => {
  it.each([
    ['EIO', /the disk failed/],
    ['ENOSPC', /no space is left/],
  ])('(%s) no name is given', async (code, message) => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const staged = await stage(tree, messages(20));
    witness.failing = code;
    const error = await failureOf(tree.publish('INBOX', staged));
    expect(error).toBeInstanceOf(StorageError);
    expect((error as StorageError).message).toMatch(message);
    expect((await world.files('INBOX')).size).toBe(0);
    expect(await world.temporary('INBOX')).toEqual([]);
    expect(witness.closed).toBe(witness.opened);
  });

  it('all that was written by then is given up, and what is written anew is kept', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const batches = [
      await stage(tree, messages(20)),
      await stage(tree, messages(20, 20)),
      await stage(tree, messages(3, 40)),
    ];
    witness.failing = 'EIO';
    const results = await Promise.all(
      batches.map((batch) => failureOf(tree.publish('INBOX', batch))),
    );
    for (const result of results.slice(0, 2)) expect(result).toBeInstanceOf(StorageError);
    // Few are fsynced by themselves: their own files tell of their own errors.
    expect(results[2]).toBeNull();
    expect((await world.files('INBOX')).size).toBe(3);
    await tree.publish('INBOX', await stage(tree, messages(20)));
    expect(witness.opened).toBe(2);
    expect((await world.files('INBOX')).size).toBe(23);
  });

  it('few that were written beside many are given up too once it is known', async () => {
    const witness = new Witness();
    const tree = await treeOn(witness.disk);
    const many = await stage(tree, messages(20));
    const few = await stage(tree, messages(3, 40));
    witness.failing = 'EIO';
    await failureOf(tree.publish('INBOX', many));
    expect(await failureOf(tree.publish('INBOX', few))).toBeInstanceOf(StorageError);
    expect((await world.files('INBOX')).size).toBe(0);
  });
});

describe('where an fsync fails', () => {
  it('no name is given to any of the batch', async () => {
    let calls = 0;
    const disk = diskAround((call, work) => {
      if (call.name !== 'sync' || !isTemporary(call.path)) return work();
      calls += 1;
      return calls === 3 ? Promise.reject(systemError('EIO', call)) : work();
    });
    const tree = await treeOn(disk);
    const error = await failureOf(tree.publish('INBOX', await stage(tree, messages(5))));
    expect(error).toBeInstanceOf(StorageError);
    expect((await world.files('INBOX')).size).toBe(0);
  });
});

it('what was published once is not published again', async () => {
  const tree = await treeOn(new Witness().disk);
  const staged = await stage(tree, messages(2));
  await tree.publish('INBOX', staged);
  await expect(tree.publish('INBOX', staged)).rejects.toThrow(InternalError);
});
