/** Watching on a real disk: folders that are made later, replaced or removed, bursts, limits of the system, and what is left open. */

import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import {
  watchDirectory,
  type DirectoryWatch,
  type WatchDirectory,
} from '../../../src/adapters/maildir/watching/directory-watches.ts';
import { StorageError } from '../../../src/errors.ts';
import type { MailTree } from '../../../src/ports/receiving/mail-store.ts';
import type { StoreWorld } from '../../contract/mail-store.ts';
import { systemError } from '../../disk/faulty-disk.ts';
import { diskWorld } from './disk-world.ts';

const patience = 10_000;

let world: StoreWorld;
/** Paths of the watches that are open. */
let open: string[];
let ending: AbortController;

const counted: WatchDirectory = (path, onChange, onError): DirectoryWatch => {
  const watch = watchDirectory(path, onChange, onError);
  open.push(path);
  return {
    close: () => {
      open.splice(open.indexOf(path), 1);
      watch.close();
    },
  };
};

beforeEach(async () => {
  open = [];
  ending = new AbortController();
  world = await diskWorld();
  const tree = await world.store.create(world.root, 'mine');
  for (const folder of ['INBOX', 'Lists/posthorn']) await tree.ensureFolder(folder);
});

afterEach(async () => {
  ending.abort();
  await world.dispose();
});

const path = (...parts: string[]): string => join(world.root, ...parts);

async function watching(watch: WatchDirectory = counted): Promise<MailTree> {
  return createMaildirStore({ watchDirectory: watch }).open(world.root, 'mine');
}

class Watched {
  readonly #news: AsyncIterator<string>;
  #next: Promise<IteratorResult<string>>;

  constructor(tree: MailTree, folders: readonly string[]) {
    this.#news = tree.watch(folders, ending.signal)[Symbol.asyncIterator]();
    this.#next = this.#news.next();
    this.#next.catch(() => undefined);
  }

  /** Once so many directories are watched. */
  async begun(watches: number): Promise<void> {
    for (const end = Date.now() + patience; open.length < watches && Date.now() < end;)
      await wait(10);
    expect(open).toHaveLength(watches);
  }

  async next(): Promise<string | null> {
    const { value, done } = (await this.#next) as IteratorResult<string>;
    if (done === true) return null;
    this.#next = this.#news.next();
    this.#next.catch(() => undefined);
    return value;
  }

  /** Nothing is told within a moment that is longer than a burst. */
  async isQuiet(): Promise<boolean> {
    return Promise.race([this.#next.then(() => false), wait(300).then(() => true)]);
  }
}

/** The root, the folder, its `new` and `cur`. */
const ofOneFolder = 4;

describe('watching', { timeout: 30_000 }, () => {
  it('tells a burst as one, and neither what is touched nor what starts with a dot', async () => {
    const watched = new Watched(await watching(), ['INBOX']);
    await watched.begun(ofOneFolder);
    const many = Array.from({ length: 200 }, (_, index) => `new/${String(index)}`);
    await Promise.all(many.map((each) => world.put('INBOX', each, 'x')));
    let told = 0;
    do {
      expect(await watched.next()).toBe('INBOX');
      told += 1;
    } while (!(await watched.isQuiet()));
    // Mostly one; a machine under load takes longer for it than a burst may last.
    expect(told).toBeLessThan(10);
    const now = new Date();
    await utimes(path('INBOX/new/0'), now, now);
    await world.put('INBOX', 'cur/.hidden', 'x');
    await world.put('Lists/posthorn', 'new/elsewhere', 'x');
    expect(await watched.isQuiet()).toBe(true);
    await world.move('INBOX', 'new/0', 'cur/0:2,S');
    expect(await watched.next()).toBe('INBOX');
    await world.move('INBOX', 'cur/0:2,S', 'cur/0:2,FS');
    expect(await watched.next()).toBe('INBOX');
    await world.remove('INBOX', 'cur/0:2,FS');
    expect(await watched.next()).toBe('INBOX');
  });

  it('tells of a folder that is made later', async () => {
    const watched = new Watched(await watching(), ['Lists/other', 'INBOX']);
    await watched.begun(ofOneFolder + 1);
    await world.makeFolder('Lists/other');
    expect(await watched.next()).toBe('Lists/other');
    await world.put('Lists/other', 'new/a', 'x');
    expect(await watched.next()).toBe('Lists/other');
  });

  it.each([
    ['itself', 'Lists/posthorn', 'Lists/posthorn'],
    ['above', 'Lists', 'Lists/posthorn'],
    ['part', 'Lists/posthorn/new', 'Lists/posthorn'],
  ])('goes on where another stands in its place: %s', async (_, replaced, folder) => {
    const watched = new Watched(await watching(), ['Lists/posthorn']);
    await watched.begun(ofOneFolder + 1);
    await rename(path(replaced), path('moved'));
    await world.makeFolder(folder);
    expect(await watched.next()).toBe('Lists/posthorn');
    await watched.begun(ofOneFolder + 1);
    while (!(await watched.isQuiet())) await watched.next();
    await world.put(folder, 'new/a', 'x');
    expect(await watched.next()).toBe('Lists/posthorn');
  });

  it('goes on where the folder is removed, and made again', async () => {
    const watched = new Watched(await watching(), ['INBOX']);
    await watched.begun(ofOneFolder);
    await rm(path('INBOX'), { recursive: true });
    expect(await watched.next()).toBe('INBOX');
    await watched.begun(1);
    await world.makeFolder('INBOX');
    expect(await watched.next()).toBe('INBOX');
    await watched.begun(ofOneFolder);
  });

  it('ends by the signal, and leaves nothing open, also where nobody listens any more', async () => {
    const tree = await watching();
    const one = new Watched(tree, ['INBOX']);
    const other = new Watched(tree, ['INBOX']);
    await one.begun(2 * ofOneFolder);
    await world.put('INBOX', 'new/a', 'x');
    expect(await other.next()).toBe('INBOX');
    ending.abort();
    await one.next();
    expect(await one.next()).toBeNull();
    expect(await other.next()).toBeNull();
    expect(open).toEqual([]);
  });

  it('leaves nothing open where the listener breaks off', async () => {
    const news: string[] = [];
    const putting = (async () => {
      for (let count = 0; news.length === 0 && count < 100; count += 1) {
        await world.put('INBOX', `new/${String(count)}`, 'x');
        await wait(50);
      }
    })();
    for await (const folder of (await watching()).watch(['INBOX'], ending.signal)) {
      news.push(folder);
      break;
    }
    await putting;
    expect(open).toEqual([]);
  });

  it.each([
    ['ENOSPC', /max_user_watches/],
    ['EMFILE', /max_user_instances/],
  ])('says what to do where the system watches no more (%s)', async (code, remedy) => {
    const refusing: WatchDirectory = (name, ...told) => {
      if (open.length === 2) throw systemError(code, { name: 'watch', path: name });
      return counted(name, ...told);
    };
    const watched = new Watched(await watching(refusing), ['INBOX']);
    const error = await watched.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      exitStatus: 74,
      remedy: expect.stringMatching(remedy) as unknown,
    });
    expect(open).toEqual([]);
  });

  it('says so where the root is gone', async () => {
    const watched = new Watched(await watching(), ['INBOX']);
    await watched.begun(ofOneFolder);
    await rename(world.root, `${world.root}-moved`);
    await mkdir(path('..'), { recursive: true });
    await expect(
      (async () => {
        while ((await watched.next()) !== null);
      })(),
    ).rejects.toMatchObject({ exitStatus: 74 });
    expect(open).toEqual([]);
  });
});
