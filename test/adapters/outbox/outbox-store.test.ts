import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOutboxStore } from '../../../src/adapters/outbox/outbox-store.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import { StorageError } from '../../../src/errors.ts';
import { diskAround, systemError } from '../../disk/faulty-disk.ts';
import { useScratch } from '../state/scratch.ts';
import { entryOf, messageOf } from './entries.ts';

const scratch = useScratch();

function freshStore() {
  const directory = join(scratch(), 'state', 'outbox');
  return { directory, store: createOutboxStore(directory) };
}

/** The disk of which the call number `at` fails, and with `dead` every later one too, as in a process that is gone. */
function faultyDisk(at: number, dead: boolean): { disk: Disk; calls: () => number } {
  let calls = 0;
  const disk = diskAround((call, work) => {
    calls += 1;
    const fails = calls === at || (dead && calls > at);
    return fails ? Promise.reject(systemError('ENOSPC', call)) : work();
  });
  return { disk, calls: () => calls };
}

describe('an entry', () => {
  it('comes back as it was put, with its octets, for the owner alone', async () => {
    const { store, directory } = freshStore();
    const entry = entryOf('abc1', { filing: { folder: 'Sent', uidNext: 7 }, lastError: 'x' });
    await store.add(entry, messageOf('abc1'));
    expect(await store.list()).toEqual({ entries: [entry], broken: [] });
    expect(await store.get('abc1')).toEqual(entry);
    expect(await store.read('abc1')).toEqual(messageOf('abc1'));
    expect(readdirSync(directory)).toEqual(['abc1']);
    const mode = (path: string) => statSync(join(directory, path)).mode & 0o777;
    expect(['.', 'abc1', 'abc1/message', 'abc1/entry.json'].map(mode)).toEqual([
      ...[0o700, 0o700, 0o600, 0o600],
    ]);
  });

  it('is replaced by its next state, and removed', async () => {
    const { store, directory } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    const next = entryOf('abc1', { state: 'sending', attempts: 1 });
    await store.update(next);
    expect(await store.get('abc1')).toEqual(next);
    expect(readdirSync(join(directory, 'abc1')).sort()).toEqual(['entry.json', 'message']);
    await store.remove('abc1');
    await store.remove('abc1');
    expect(await store.get('abc1')).toBeNull();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is replaced with room beside it, which the next update takes', async () => {
    const { store, directory } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    const sending = entryOf('abc1', { state: 'sending' });
    await store.updateWithRoom(sending, 5000);
    expect(await store.get('abc1')).toEqual(sending);
    const sizes = () =>
      readdirSync(join(directory, 'abc1')).map(
        (name) => statSync(join(directory, 'abc1', name)).size,
      );
    expect(Math.max(...sizes())).toBeGreaterThan(5000);
    const answered = entryOf('abc1', { lastError: 'x'.repeat(3000) });
    await store.update(answered);
    expect(await store.get('abc1')).toEqual(answered);
    expect(readdirSync(join(directory, 'abc1')).sort()).toEqual(['entry.json', 'message']);
    expect(Math.max(...sizes())).toBeLessThan(5000);
  });

  it('that was removed is not made again by an update', async () => {
    const { store } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    await store.remove('abc1');
    await expect(store.update(entryOf('abc1'))).rejects.toBeInstanceOf(StorageError);
    expect((await store.list()).entries).toEqual([]);
  });

  it('never replaces another of the same id', async () => {
    const { store } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    await expect(store.add(entryOf('abc1'), messageOf('other'))).rejects.toBeInstanceOf(
      StorageError,
    );
    expect(await store.read('abc1')).toEqual(messageOf('abc1'));
  });

  it.each(['../x', 'a/b', '', '.', 'A1', 'a.b', 'x'.repeat(65)])('is not called %j', async (id) => {
    const { store, directory } = freshStore();
    await expect(store.add(entryOf(id), messageOf('x'))).rejects.toThrow(/no id/);
    await expect(store.remove(id)).rejects.toThrow(/no id/);
    expect(await store.get(id)).toBeNull();
    expect(existsSync(directory)).toBe(false);
  });
});

describe('the list', () => {
  it('is empty where there is no outbox yet', async () => {
    expect(await freshStore().store.list()).toEqual({ entries: [], broken: [] });
  });

  it('has the oldest first', async () => {
    const { store } = freshStore();
    for (const [id, createdAt] of [
      ['b', 2],
      ['c', 1],
      ['a', 2],
    ] as const)
      await store.add(entryOf(id, { createdAt }), messageOf(id));
    expect((await store.list()).entries.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  it.each([
    ['no JSON', 'x', /JSON/],
    ['cut', '{"version": 1,', /JSON/],
    ['a list', '[]', /version/],
    ['a later version', JSON.stringify({ ...entryOf('abc1'), version: 2 }), /version 2/],
    ['another’s', JSON.stringify({ ...entryOf('other'), version: 1 }), /"other"/],
    ['an unknown state', JSON.stringify({ ...entryOf('abc1'), version: 1, state: 'x' }), /"x"/],
    [
      'no recipients',
      JSON.stringify({ ...entryOf('abc1'), version: 1, recipients: 1 }),
      /recipients/,
    ],
    [
      'a wrong number',
      JSON.stringify({ ...entryOf('abc1'), version: 1, attempts: '1' }),
      /attempts/,
    ],
    [
      'a filing without folder',
      JSON.stringify({ ...entryOf('abc1'), version: 1, filing: {} }),
      /folder/,
    ],
  ])('names what is broken and drops nothing: %s', async (_name, text, why) => {
    const { store, directory } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    await store.add(entryOf('good'), messageOf('good'));
    writeFileSync(join(directory, 'abc1', 'entry.json'), text);
    const { entries, broken } = await store.list();
    expect(entries.map(({ id }) => id)).toEqual(['good']);
    expect(broken).toEqual([{ id: 'abc1', why: expect.stringMatching(why) }]);
    await expect(store.get('abc1')).rejects.toMatchObject({ exitStatus: 74 });
    expect(existsSync(join(directory, 'abc1', 'message'))).toBe(true);
  });

  it('names an entry without its message, and a message that was cut', async () => {
    const { store, directory } = freshStore();
    for (const id of ['abc1', 'abc2']) await store.add(entryOf(id), messageOf(id));
    rmSync(join(directory, 'abc1', 'message'));
    writeFileSync(join(directory, 'abc2', 'message'), 'half');
    expect((await store.list()).broken).toMatchObject([{ id: 'abc1' }]);
    await expect(store.read('abc2')).rejects.toMatchObject({ exitStatus: 74, reach: 'message' });
  });

  it('clears leftovers of a killed process, once they are a day old', async () => {
    const { store, directory } = freshStore();
    await store.add(entryOf('abc1'), messageOf('abc1'));
    for (const name of ['.old1.tmp', '.old2.gone', '.new1.tmp']) mkdirSync(join(directory, name));
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    for (const name of ['.old1.tmp', '.old2.gone'])
      utimesSync(join(directory, name), twoDaysAgo, twoDaysAgo);
    await store.list();
    expect(readdirSync(directory).sort()).toEqual(['.new1.tmp', 'abc1']);
  });
});

describe('at every step', () => {
  const add = (directory: string, disk: Disk) =>
    createOutboxStore(directory, { disk }).add(entryOf('abc1'), messageOf('abc1'));

  const addAndUpdate = async (directory: string, disk: Disk) => {
    await add(directory, disk);
    const store = createOutboxStore(directory, { disk });
    await store.updateWithRoom(entryOf('abc1', { state: 'sending' }), 5000);
    await store.update(entryOf('abc1', { state: 'queued', lastError: 'x'.repeat(4000) }));
    await store.remove('abc1');
  };

  async function steps(work: typeof add): Promise<number> {
    const { disk, calls } = faultyDisk(-1, false);
    await work(join(scratch(), 'outbox'), disk);
    return calls();
  }

  it('a full disk is told as 74 with a remedy, and leaves nothing half', async () => {
    for (let at = await steps(addAndUpdate); at > 0; at -= 1) {
      const directory = join(scratch(), 'outbox');
      const failed = await addAndUpdate(directory, faultyDisk(at, false).disk).catch(
        (error: unknown) => error,
      );
      if (failed !== undefined)
        expect(failed).toMatchObject({ exitStatus: 74, remedy: expect.stringMatching(/room/) });
      const { entries, broken } = await createOutboxStore(directory).list();
      expect(broken, `step ${at}`).toEqual([]);
      for (const { id } of entries)
        expect(await createOutboxStore(directory).read(id)).toEqual(messageOf('abc1'));
    }
  });

  it('an add that failed has added nothing', async () => {
    for (let at = await steps(add); at > 0; at -= 1) {
      const directory = join(scratch(), 'outbox');
      const failed = await add(directory, faultyDisk(at, false).disk).catch(
        (error: unknown) => error,
      );
      const { entries } = await createOutboxStore(directory).list();
      expect(entries.length, `step ${at}`).toBe(failed === undefined ? 1 : 0);
      if (failed !== undefined && existsSync(directory)) expect(readdirSync(directory)).toEqual([]);
    }
  });

  it('a process that is gone leaves the entry whole, before or after', async () => {
    for (let at = await steps(addAndUpdate); at > 0; at -= 1) {
      const directory = join(scratch(), 'outbox');
      await addAndUpdate(directory, faultyDisk(at, true).disk).catch(() => undefined);
      const store = createOutboxStore(directory);
      const { entries, broken } = await store.list();
      expect(broken, `step ${at}`).toEqual([]);
      for (const entry of entries) {
        expect(['queued', 'sending']).toContain(entry.state);
        expect(await store.read(entry.id)).toEqual(messageOf('abc1'));
      }
    }
  });
});

it('a message is durable after four waits for the disk', async () => {
  const directory = join(scratch(), 'outbox');
  await createOutboxStore(directory).add(entryOf('first'), messageOf('first'));
  const waits: string[] = [];
  const counting = diskAround(({ name, path }, work) => {
    if (name === 'sync') waits.push(relative(directory, path));
    return work();
  });
  await createOutboxStore(directory, { disk: counting }).add(entryOf('abc1'), messageOf('abc1'));
  const files = waits.splice(0, 2).sort();
  expect(files).toEqual(['.abc1.tmp/entry.json', '.abc1.tmp/message']);
  expect(waits).toEqual(['.abc1.tmp', '']);
});
