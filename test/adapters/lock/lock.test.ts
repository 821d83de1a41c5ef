import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLock } from '../../../src/adapters/lock/lock.ts';
import { describeLock } from '../../contract/lock.ts';
import { createMemoryLock } from '../../fakes/memory-lock.ts';
import { buildPrograms, type Built } from '../state/built.ts';
import { startNode, type Child } from '../state/child.ts';
import { useScratch } from '../state/scratch.ts';

const scratch = useScratch();
let built: Built;
beforeAll(async () => {
  built = await buildPrograms('lock/program-lock');
});
afterAll(() => {
  built.remove();
});

function contender(directory: string, waitMs = 0): Child {
  return startNode(built.program('program-lock'), directory, 'account-x', String(waitMs));
}

describeLock('lock in SQLite', () => {
  const directory = scratch();
  return {
    ...createLock(directory, 20),
    lose: (name) => {
      rmSync(join(directory, `${name}.lock`));
    },
  };
});

describeLock('lock in memory', createMemoryLock);

test('the same folder by another path is the same lock', async () => {
  const directory = scratch();
  const held = await createLock(directory).acquire('daemon');
  const other = createLock(join(directory, '..', directory.split('/').at(-1) ?? ''));
  await expect(other.acquire('daemon')).rejects.toMatchObject({ code: 'locked' });
  await held.release();
});

test('folder and files are for the owner alone, and stay', async () => {
  const directory = join(scratch(), 'locks');
  const held = await createLock(directory).acquire('account-x');
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readdirSync(directory).toSorted()).toEqual(['account-x.lock', 'account-x.pid']);
  for (const name of readdirSync(directory))
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  const holder = readFileSync(join(directory, 'account-x.pid'), 'utf8');
  expect(holder).toBe(`${String(process.pid)}\n${String(held.fence)}\n`);
  await held.release();
  expect(readdirSync(directory).toSorted()).toEqual(['account-x.lock', 'account-x.pid']);
});

test('the note says who has it and the newest fence, however its length changes', async () => {
  const directory = scratch();
  const lock = createLock(directory);
  const note = join(directory, 'account-x.pid');
  for (const [noted, fenceAbove] of [
    ['1\n8\n', 0],
    [`${String(process.pid)}\n9\n`, 0],
    [`${String(process.pid)}\n1234\n`, 0],
    ['x'.repeat(9), 99],
  ] as const) {
    writeFileSync(note, noted);
    const held = await lock.acquire('account-x', { fenceAbove });
    expect(readFileSync(note, 'utf8')).toBe(`${String(process.pid)}\n${String(held.fence)}\n`);
    expect(held.fence).toBe(Math.max(Number(noted.split('\n')[1] ?? 0), fenceAbove) + 1);
    await held.release();
  }
  expect(readdirSync(directory).toSorted()).toEqual(['account-x.lock', 'account-x.pid']);
});

test('another process is refused, and told who holds it', async () => {
  const directory = scratch();
  const held = await createLock(directory).acquire('account-x');
  const refused = await contender(directory).line(0);
  expect(refused).toBe(
    `locked: another posthorn (process ${String(process.pid)}) is working on this account`,
  );
  await held.release();
  const child = contender(directory);
  expect(await child.line(0)).toBe('held');
  await expect(createLock(directory).acquire('account-x')).rejects.toMatchObject({
    message: `another posthorn (process ${String(child.process.pid)}) is working on this account`,
  });
  child.process.stdin?.end();
  expect(await child.ended).toBe(0);
});

test('a process that is killed leaves no lock behind, and names nobody', async () => {
  const directory = scratch();
  const lock = createLock(directory);
  for (let round = 0; round < 3; round += 1) {
    const child = contender(directory);
    expect(await child.line(0)).toBe('held');
    await child.kill('SIGKILL');
    const note = join(directory, 'account-x.pid');
    expect(existsSync(note)).toBe(true);
    const before = Number(readFileSync(note, 'utf8').split('\n')[1]);
    const held = await lock.acquire('account-x');
    expect(held.fence).toBeGreaterThan(before);
    await held.release();
  }
});

test('the lock outlives the last word of whoever took it, and the collection of garbage', async () => {
  const directory = scratch();
  await createLock(directory).acquire('account-x');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 5; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await contender(directory).line(0)).toMatch(/^locked/);
  await expect(createLock(directory).acquire('account-x')).rejects.toMatchObject({
    code: 'locked',
  });
  expect(await contender(directory).line(0)).toMatch(/^locked/);
});

test('of many contenders exactly one wins at a time, and all come to their turn', async () => {
  const directory = scratch();
  const children = Array.from({ length: 6 }, () => contender(directory, 30_000));
  const waiting = new Set(children);
  while (waiting.size > 0) {
    const winner = await Promise.race([...waiting].map((child) => child.line(0).then(() => child)));
    expect(winner.lines).toEqual(['held']);
    // Whoever else had it would have said so by now, or will have by the end of the winner.
    const holding = children.filter(({ lines }) => lines.length === 1);
    expect(holding).toEqual([winner]);
    winner.process.stdin?.end();
    expect(await winner.ended).toBe(0);
    waiting.delete(winner);
  }
}, 60_000);

test('a lock file that was replaced is a lock that was lost', async () => {
  const directory = scratch();
  const held = await createLock(directory, 20).acquire('account-x');
  writeFileSync(join(directory, 'other'), '');
  const lost = new Promise((resolve) => {
    held.lost.addEventListener('abort', resolve);
  });
  renameSync(join(directory, 'other'), join(directory, 'account-x.lock'));
  await lost;
  expect(held.lost.reason).toMatchObject({ code: 'locked', remedy: expect.any(String) as string });
  const child = contender(directory);
  expect(await child.line(0)).toBe('held');
  await held.release();
  child.process.stdin?.end();
  expect(await child.ended).toBe(0);
});

test.each(['4711', '4711\nx\n', '', '\n\n\n', '-3\n-7\n', '1e999\n1e999'])(
  'a note %j of the last holder is read as far as it can be',
  async (note) => {
    const directory = scratch();
    writeFileSync(join(directory, 'account-x.pid'), note);
    const held = await createLock(directory).acquire('account-x', { fenceAbove: 6 });
    expect(held.fence).toBe(7);
    await held.release();
  },
);

test('a fence that somebody counts on is noted, or the lock is not had', async () => {
  const directory = scratch();
  const lock = createLock(directory);
  await (await lock.acquire('account-x')).release();
  rmSync(join(directory, 'account-x.pid'));
  const blocked = join(directory, `account-x.pid.${String(process.pid)}`);
  mkdirSync(blocked);
  const refused = lock.acquire('account-x', { fenceAbove: 0 });
  await expect(refused).rejects.toMatchObject({ exitStatus: 74 });
  await (await lock.acquire('account-x')).release();
  rmdirSync(blocked);
  await (await lock.acquire('account-x', { fenceAbove: 0 })).release();
});

test('a lock file that is no database is a fault of the disk, not a held lock', async () => {
  const directory = scratch();
  writeFileSync(join(directory, 'daemon.lock'), 'pid 4711\n'.repeat(100));
  await expect(createLock(directory).acquire('daemon')).rejects.toMatchObject({ exitStatus: 74 });
});

test('a folder that cannot be made is a fault of the disk', async () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  const refused = createLock(join(file, 'locks')).acquire('daemon');
  await expect(refused).rejects.toMatchObject({ exitStatus: 74 });
});

test.each(['', '../x', 'a/b', '.hidden'])('%j is no name for a lock', async (name) => {
  await expect(createLock(scratch()).acquire(name)).rejects.toMatchObject({ code: 'internal' });
});
