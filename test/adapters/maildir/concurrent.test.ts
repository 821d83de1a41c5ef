/** Another program renames everything all the time: nothing is doubled, nothing is lost. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanUntil } from '../../../src/adapters/maildir/scanning/scan.ts';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import { TemporaryError } from '../../../src/errors.ts';
import { deliver, type Message, type StoreWorld } from '../../contract/mail-store.ts';
import { diskAround } from '../../disk/faulty-disk.ts';
import { diskWorld } from './disk-world.ts';

let world: StoreWorld;

beforeEach(async () => {
  world = await diskWorld();
  await (await world.store.create(world.root, 'mine')).ensureFolder('INBOX');
});

/** Empty mail of others: a directory that takes several system calls to read can be missed in part. */
async function fillWithStrangers(): Promise<void> {
  const cur = join(world.root, 'INBOX/cur');
  for (let index = 0; index < 1000; index += 1)
    await writeFile(join(cur, `1700000000.M${String(index)}P1.some.host.example.org:2,S`), '');
}

afterEach(async () => {
  await world.dispose();
});

const messages = Array.from({ length: 90 }, (_, index): Message => ({
  key: String(index),
  text: `message ${String(index)}\r\n`,
  flags: index % 3 === 0 ? ['S'] : [],
}));

async function withRenamer(rest: number, work: () => Promise<void>): Promise<void> {
  const script = join(import.meta.dirname, 'renamer.mjs');
  const child = spawn(process.execPath, [script, join(world.root, 'INBOX'), String(rest)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    await work();
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A run that remembers nothing delivers all of it again, in batches. How many batches had to be put off. */
async function deliverAll(pause: (ms: number) => Promise<void>): Promise<number> {
  const tree = await createMaildirStore({ pause }).open(world.root, 'mine');
  await tree.ensureFolder('INBOX');
  let putOff = 0;
  for (let at = 0; at < messages.length; at += 30)
    await deliver(tree, 'INBOX', messages.slice(at, at + 30)).catch((error: unknown) => {
      if (!(error instanceof TemporaryError)) throw error;
      putOff += 1;
    });
  return putOff;
}

async function contents(): Promise<string[]> {
  const files = [...(await world.files('INBOX')).values()].map(String);
  return files.filter((content) => content !== '').sort();
}

const eachOnce = messages.map(({ text }) => String(text).replace('\r', '')).sort();

describe('with a reader that works in bursts', () => {
  it('each message is there once, however often it is delivered', { timeout: 60_000 }, async () => {
    await fillWithStrangers();
    await withRenamer(300, async () => {
      for (let run = 0; run < 3; run += 1) await deliverAll(async (ms) => wait(Math.min(ms, 100)));
    });
    await deliverAll(wait);
    expect(await contents()).toEqual(eachOnce);
  });
});

describe('with a reader that never rests', () => {
  it('what cannot be decided is put off, not doubled', { timeout: 60_000 }, async () => {
    await fillWithStrangers();
    await deliverAll(wait);
    let putOff = 0;
    await withRenamer(0, async () => {
      for (let run = 0; run < 3; run += 1)
        putOff += await deliverAll(async (ms) => wait(Math.min(ms, 25)));
    });
    expect(await contents()).toEqual(eachOnce);
    expect(putOff).toBeGreaterThan(0);
    expect(await deliverAll(wait)).toBe(0);
    expect(await contents()).toEqual(eachOnce);
  });
});

describe('a file that is renamed while its directory is read', () => {
  /** The first reading of `cur` misses it, as readdir(3) may: it went to a place that was read already. */
  function missing(base: string): Disk {
    const disk = diskAround((_, work) => work());
    let missed = false;
    return {
      ...disk,
      readdir: async (path) => {
        const names = await disk.readdir(path);
        if (missed || !path.endsWith('cur')) return names;
        missed = true;
        await world.move('INBOX', `cur/${base}:2,`, `cur/${base}:2,RS`);
        return names.filter((name) => !name.startsWith(base));
      },
    };
  }

  it('is adopted all the same', async () => {
    const [first] = await deliver(await world.store.open(world.root, 'mine'), 'INBOX', [
      { key: 'k', text: 'once' },
    ]);
    const base = first?.name ?? '';
    await world.move('INBOX', `new/${base}`, `cur/${base}:2,`);
    const tree = await createMaildirStore({ disk: missing(base) }).open(world.root, 'mine');
    const again = await deliver(tree, 'INBOX', [{ key: 'k', text: 'once' }]);
    expect(again).toEqual([{ ...first, outcome: 'adopted' }]);
    expect(await contents()).toEqual(['once']);
  });

  it('is found when it has moved on since it was seen', async () => {
    let moves = 0;
    const disk = diskAround(async ({ name, path }, work) => {
      if (name === 'open-r' && path.includes('/cur/') && moves < 5) {
        moves += 1;
        await world.move(
          'INBOX',
          path.slice(path.indexOf('cur/')),
          `cur/${base}:2,${'a'.repeat(moves)}`,
        );
      }
      return work();
    });
    const tree = await createMaildirStore({ disk }).open(world.root, 'mine');
    const [first] = await deliver(tree, 'INBOX', [{ key: 'k', text: 'once' }]);
    const base = first?.name ?? '';
    await world.move('INBOX', `new/${base}`, `cur/${base}:2,`);
    const again = await deliver(tree, 'INBOX', [{ key: 'k', text: 'once' }]);
    expect(again).toEqual([{ ...first, outcome: 'adopted' }]);
    expect(moves).toBe(5);
  });
});

describe('scanUntil', () => {
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };

  /** A disk on which the folder has changed at each of the first `changes` second looks. */
  function restless(changes: number): Disk {
    let looks = 0;
    const disk = diskAround((_, work) => work());
    return {
      ...disk,
      stat: async (path) => {
        const found = await disk.stat(path);
        looks += 1;
        const odd = Math.ceil(looks / 2) % 2 === 1;
        if (!odd && Math.ceil(looks / 4) <= changes) found.mtimeNs += 1n;
        return found;
      },
    };
  }

  beforeEach(() => {
    pauses.length = 0;
  });

  it('scans again until nothing changed meanwhile, waiting longer each time', async () => {
    const scan = await scanUntil(
      { disk: restless(3), pause },
      join(world.root, 'INBOX'),
      () => false,
    );
    expect(scan.complete).toBe(true);
    expect(pauses).toEqual([20, 40, 20, 80, 20, 160, 20]);
  });

  it('ends with 75 where the folder never rests', async () => {
    const scanning = scanUntil(
      { disk: restless(99), pause },
      join(world.root, 'INBOX'),
      () => false,
    );
    await expect(scanning).rejects.toMatchObject({ exitStatus: 75, reach: 'folder' });
  });

  it('needs no complete scan to prove presence', async () => {
    const scan = await scanUntil(
      { disk: restless(99), pause },
      join(world.root, 'INBOX'),
      () => true,
    );
    expect(scan.complete).toBe(false);
  });
});
