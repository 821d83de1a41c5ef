import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectHere } from '../../../src/adapters/state/connect.ts';
import { openSqlite } from '../../../src/disk/sqlite.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { UidSet } from '../../../src/core/sync/uid-set.ts';
import type { StateStore } from '../../../src/ports/state-store.ts';
import { agreeing, setUp, uidsOf } from '../../contract/state-samples.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();

function storeIn(directory: string): StateStore {
  return createStateStore({ directory, connect: connectHere });
}

/** A state folder with one account in it, closed again. */
async function filled(): Promise<{ directory: string; path: string }> {
  const directory = scratch();
  const store = storeIn(directory);
  await store.commit(setUp('a', 'INBOX'), 'durable');
  await store.close();
  return { directory, path: join(directory, 'state.db') };
}

describe('the file', () => {
  test('a missing state folder is made, for the owner alone', async () => {
    const directory = join(scratch(), 'deep/posthorn');
    const store = storeIn(directory);
    expect(await store.accounts()).toEqual([]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, '..')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  test('nothing is made before the first call', async () => {
    const directory = join(scratch(), 'posthorn');
    await storeIn(directory).close();
    expect(existsSync(directory)).toBe(false);
  });

  test('what one store committed another one finds', async () => {
    const { directory } = await filled();
    const store = storeIn(directory);
    expect((await store.folders('a')).map(({ path }) => path)).toEqual(['INBOX']);
    await store.close();
  });

  test('a store that is closed leaves a file that stands for itself', async () => {
    const { path } = await filled();
    const copy = scratch();
    copyFileSync(path, join(copy, 'state.db'));
    const store = storeIn(copy);
    expect(await store.folders('a')).toHaveLength(1);
    await store.close();
  });

  test('a store that is closed refuses', async () => {
    const store = storeIn(scratch());
    await store.close();
    await expect(store.accounts()).rejects.toMatchObject({ code: 'internal' });
  });

  test('closing waits for the commits under way', async () => {
    const { directory } = await filled();
    const store = storeIn(directory);
    const commit = store.commit([agreeing('a', 'INBOX', [1])], 'durable');
    await store.close();
    await commit;
    const again = storeIn(directory);
    expect(await uidsOf(again, 'a', 'INBOX')).toEqual([1]);
    await again.close();
  });
});

describe('a file that is no state of ours is refused and left as it is', () => {
  async function expectRefusal(directory: string, message: RegExp, remedy: RegExp): Promise<void> {
    const path = join(directory, 'state.db');
    const before = readFileSync(path);
    const store = storeIn(directory);
    const refusal = { exitStatus: 74, retry: 'never', message: expect.stringMatching(message) };
    const error: unknown = await store.accounts().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...refusal, remedy: expect.stringMatching(remedy) });
    await store.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  }

  test('text', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'state.db'), 'accounts: none\n'.repeat(500));
    await expectRefusal(directory, /damaged or no database/, /move it aside/);
  });

  test('a damaged page', async () => {
    const { directory, path } = await filled();
    const octets = readFileSync(path);
    octets.fill(0xff, 100, 4_000);
    writeFileSync(path, octets);
    await expectRefusal(directory, /damaged/, /backup/);
  });

  test("another program's database", async () => {
    const directory = scratch();
    const db = openSqlite(join(directory, 'state.db'));
    db.exec('CREATE TABLE bookmark (url TEXT)');
    db.close();
    await expectRefusal(directory, /another program/, /Move it aside/);
  });

  test('the state of a newer posthorn', async () => {
    const { directory, path } = await filled();
    const db = openSqlite(path);
    db.exec('PRAGMA user_version = 4711');
    db.close();
    await expectRefusal(directory, /newer posthorn \(format 4711\)/, /Upgrade posthorn/);
  });

  test('a folder in its place', async () => {
    const parent = scratch();
    const blocked = join(parent, 'file');
    writeFileSync(blocked, '');
    const store = storeIn(join(blocked, 'posthorn'));
    await expect(store.accounts()).rejects.toMatchObject({ exitStatus: 74 });
    await store.close();
  });
});

test('an opening that failed is tried again at the next call', async () => {
  const directory = scratch();
  const path = join(directory, 'state.db');
  writeFileSync(path, 'no database at all '.repeat(100));
  chmodSync(path, 0o600);
  const store = storeIn(directory);
  await expect(store.accounts()).rejects.toMatchObject({ exitStatus: 74 });
  writeFileSync(path, '');
  expect(await store.accounts()).toEqual([]);
  await store.close();
});

test('a state that another process keeps busy is told as locked, after the time to wait', async () => {
  const { directory, path } = await filled();
  const db = openSqlite(path);
  db.exec('BEGIN IMMEDIATE');
  const store = storeIn(directory);
  const refused = store.commit([agreeing('a', 'INBOX', [1])], 'durable');
  await expect(refused).rejects.toMatchObject({ exitStatus: 75, code: 'locked' });
  db.exec('ROLLBACK');
  db.close();
  await store.commit([agreeing('a', 'INBOX', [1])], 'durable');
  await store.close();
}, 30_000);

test('a folder of 100,000 messages is written and read in columns, by its key alone', async () => {
  const store = storeIn(scratch());
  await store.commit(setUp('a', 'INBOX'), 'durable');
  for (let first = 1; first < 100_000; first += 5_000) {
    const uids = Array.from({ length: 5_000 }, (_, index) => first + index);
    await store.commit([agreeing('a', 'INBOX', uids)], 'durable');
  }
  expect((await store.agreedUids('a', 'INBOX', 98_001)).size).toBe(2_000);
  expect((await store.agreedUids('a', 'INBOX', 1)).ranges).toEqual([{ from: 1, to: 100_000 }]);
  expect((await store.agreed('a', 'INBOX')).name).toHaveLength(100_000);
  const few = UidSet.of([5, 50_000, 99_999]);
  expect((await store.agreed('a', 'INBOX', few)).uid).toEqual(Uint32Array.of(5, 50_000, 99_999));
  await store.close();
}, 60_000);
