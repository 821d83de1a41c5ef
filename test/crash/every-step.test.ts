/** The real Maildir and the real state, stopped at every call to the disk and every commit: the next run ends whole. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf, writersOf } from '../adapters/maildir/disk-world.ts';
import { diskAround } from '../disk/faulty-disk.ts';
import { scratch } from '../disk/scratch.ts';
import { mapBounded } from '../../src/app/bounded.ts';
import { World } from '../app/world.ts';
import { createMaildirStore } from '../../src/adapters/maildir/store.ts';
import { connectHere } from '../../src/adapters/state/connect.ts';
import { createStateStore } from '../../src/adapters/state/state-store.ts';
import { CrashingProcess, never, type CrashPoint } from '../fakes/crashing.ts';

/** Six messages in two polls; one of them fails once. */
const history: readonly ((world: World) => void)[] = [
  (world) => {
    world.server.deliver('one\r\n');
    world.server.deliver('two\r\n', { flags: ['S'] });
    world.server.deliver('');
    world.server.deliver('four\r\nwithout an end');
  },
  (world) => {
    world.server.deliver('five\r\n');
    world.server.deliver('six\r\n');
    world.server.faults.refused.set(world.server.folder().messages.at(-1)?.id ?? '', 1);
  },
];

const whole = ['', 'five\n', 'four\nwithout an end', 'one\n', 'six\n', 'two\n'];

interface Place {
  readonly root: string;
  readonly stateDir: string;
}

/** Of a history, one after the other: each is gone when the next begins. */
let processes = 0;

/** One `sync` by a process with its own objects; they are abandoned, as a kill leaves them, but for the open files. */
async function sync(world: World, { root, stateDir }: Place, point: CrashPoint): Promise<string[]> {
  const process = new CrashingProcess(point);
  const disk = diskAround(
    (call, work) => process.step(`${call.name} ${call.path}`, work),
    (call, work) => process.stepNow(`${call.name} ${call.path}`, work),
  );
  processes += 1;
  const state = createStateStore({ directory: stateDir, connect: connectHere });
  try {
    await world.syncAs(process, {
      store: createMaildirStore({
        disk,
        pause: () => Promise.resolve(),
        writers: writersOf(processes),
      }),
      state,
      root,
    });
  } finally {
    await state.close();
  }
  return process.steps;
}

async function mailAt({ root }: Place): Promise<string[]> {
  const files = await filesOf(join(root, 'INBOX')).catch(() => new Map<string, Buffer>());
  return [...files.values()].map(String).sort();
}

function expectNothingLost(world: World, delivered: readonly string[], mail: string[]): void {
  expect(new Set(mail).size).toBe(mail.length);
  expect(whole).toEqual(expect.arrayContaining(mail));
  const here = new Set(mail);
  const there = new Set(world.server.folder().messages.map(({ text }) => text));
  const lost = delivered.filter(
    (text) => !there.has(text) && !here.has(text.replaceAll('\r\n', '\n')),
  );
  expect(lost).toEqual([]);
}

/** Plays the history; the sync after event number `turn` dies at `point`. Resolves with the steps of that sync. */
async function play(type: 'imap' | 'pop3', turn: number, point: CrashPoint): Promise<string[]> {
  const base = await mkdtemp(join(scratch, 'posthorn-steps-'));
  const place = { root: join(base, 'mail', 'work'), stateDir: join(base, 'state') };
  const world = new World(type, { leaveOnServer: type === 'imap' });
  const delivered: string[] = [];
  let steps: string[] = [];
  try {
    for (const [at, event] of history.entries()) {
      event(world);
      delivered.push(...world.server.folder().messages.map(({ text }) => text));
      const mine = await sync(world, place, at === turn ? point : never);
      if (at !== turn) continue;
      steps = mine;
      expectNothingLost(world, delivered, await mailAt(place));
      await sync(world, place, never);
    }
    await sync(world, place, never);
    expect(await mailAt(place)).toEqual(whole);
    expect(await readdir(join(place.root, 'INBOX', 'tmp'))).toEqual([]);
    if (type === 'pop3') expect(world.server.folder().messages).toEqual([]);
    return steps;
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

describe.each(['imap', 'pop3'] as const)('%s', (type) => {
  it.each([
    [0, 'before', false],
    [0, 'after', true],
    [1, 'before', false],
    [1, 'after', true],
  ] as const)('dies in sync %i, %s each step', { timeout: 120_000 }, async (turn, _, after) => {
    const steps = await play(type, turn, never);
    expect(steps.length).toBeGreaterThan(30);
    await mapBounded([...steps.entries()], 8, async ([at, step]) => {
      const died = play(type, turn, { at, after });
      await died.catch((error: unknown) => {
        throw new Error(`at step ${String(at)}, ${step}`, { cause: error });
      });
    });
  });
});
