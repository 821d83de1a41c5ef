import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectHere } from '../../../src/adapters/state/connect.ts';
import { createStateStore } from '../../../src/adapters/state/state-store.ts';
import { uidsOf } from '../../contract/state-samples.ts';
import { buildPrograms, type Built } from './built.ts';
import { startChild, startNode } from './child.ts';
import { useScratch } from './scratch.ts';

const scratch = useScratch();
let built: Built;
beforeAll(async () => {
  built = await buildPrograms('state/program-commit');
});
afterAll(() => {
  built.remove();
});

async function storedUids(directory: string): Promise<number[]> {
  const store = createStateStore({ directory, connect: connectHere });
  const uids = await uidsOf(store, 'a', 'INBOX');
  await store.close();
  return uids;
}

test('whatever was acknowledged before a SIGKILL is there, and no batch in part', async () => {
  const directory = scratch();
  let from = 1;
  for (let round = 0; round < 8; round += 1) {
    const child = startNode(built.program('program-commit'), directory, String(from));
    await child.line(1);
    // The moment of the kill is what is drawn at random here, nothing waits for it.
    await pause(round * 7 + Math.random() * 20);
    await child.kill('SIGKILL');
    const acknowledged = child.lines.filter((line) => /^[0-9]+$/.test(line)).map(Number);
    const stored = await storedUids(directory);
    const set = new Set(stored);
    expect(acknowledged.filter((uid) => !set.has(uid) || !set.has(uid - 9))).toEqual([]);
    expect(stored.length % 10).toBe(0);
    expect(stored).toEqual(Array.from(stored, (_, index) => index + 1));
    from = stored.length + 1;
  }
  expect(from).toBeGreaterThan(80);
}, 60_000);

test('a disk that fills up fails the commit with 74, and everything before it is whole', async () => {
  const directory = scratch();
  // The tmpfs is seen by the child alone, so it counts what stands there before it ends.
  const script = `mount -t tmpfs -o size=512k tmpfs "$1" && "$2" "$3" "$1" 1; cp "$1"/state.db* "$4"`;
  const rescued = scratch();
  const args = [process.execPath, built.program('program-commit'), rescued];
  const child = startChild('unshare', ['-rm', 'sh', '-c', script, 'sh', directory, ...args]);
  expect(await child.ended).toBe(0);
  const failures = child.lines.filter((line) => line.startsWith('failed'));
  expect(failures).toEqual([expect.stringMatching(/^failed storage: no space left/)]);
  const acknowledged = child.lines.map(Number).filter((uid) => uid > 0);
  const stored = await storedUids(rescued);
  expect(acknowledged.length).toBeGreaterThan(10);
  expect(stored.length % 10).toBe(0);
  expect(stored).toEqual(expect.arrayContaining(acknowledged));
  expect(readdirSync(directory)).toEqual([]);
}, 60_000);

test('the thread makes the database and its log for the owner alone', async () => {
  const directory = join(scratch(), 'state/posthorn');
  const child = startNode(built.program('program-commit'), directory, '1');
  await child.line(1);
  const names = readdirSync(directory);
  const modes = names.map((name) => statSync(join(directory, name)).mode & 0o777);
  await child.kill('SIGKILL');
  expect(names.toSorted()).toEqual(['state.db', 'state.db-shm', 'state.db-wal']);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});
