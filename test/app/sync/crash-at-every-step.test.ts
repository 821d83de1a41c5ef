/** A process that dies at every single step over a small history; the next run ends as if nothing had happened. */

import { describe, expect, it } from 'vitest';
import { Crash, type CrashPoint } from '../../fakes/crashing.ts';
import { World } from '../world.ts';

/** One more thing that happens on the server before a sync. */
type Event = (world: World) => void;

const imapHistory: readonly Event[] = [
  (world) => {
    for (const text of ['one', 'two', 'three']) world.server.deliver(text);
    world.server.deliver('four', { flags: ['S'] });
    world.server.deliver('sent', { path: 'Sent', flags: ['S'] });
  },
  (world) => {
    world.server.expunge('2');
    world.server.deliver('five');
    world.server.faults.refused.set('5', 1);
    for (const text of ['six', 'seven', 'eight']) world.server.deliver(text);
    world.server.deliver('sent too', { path: 'Sent' });
  },
];

const pop3History: readonly Event[] = [
  (world) => {
    for (const text of ['one', 'two', 'three', 'four']) world.server.deliver(text);
  },
  (world) => {
    world.server.deliver('one', { id: 'uidl-1' });
    world.server.deliver('other content', { id: 'uidl-2' });
    world.server.deliver('five');
    world.server.faults.refused.set('uidl-5', 1);
  },
];

interface Scene {
  readonly title: string;
  readonly make: () => World;
  readonly history: readonly Event[];
  readonly inbox: readonly string[];
}

const imap = {
  make: () => new World('imap', { folders: ['INBOX', 'Sent'] }),
  history: imapHistory,
};
const pop3Inbox = ['five', 'four', 'one', 'other content', 'three', 'two'];
const scenes: readonly Scene[] = [
  {
    ...imap,
    title: 'IMAP',
    inbox: ['eight', 'five', 'four', 'one', 'seven', 'six', 'three'],
  },
  {
    title: 'POP3, deleting',
    make: () => new World('pop3', { leaveOnServer: false }),
    history: pop3History,
    inbox: pop3Inbox,
  },
];

/** Every message that was ever on the server is there still, or on disk; none is on disk twice. */
function expectNothingLost(world: World, delivered: readonly string[]): void {
  const onDisk = world.mail();
  expect(new Set(onDisk).size).toBe(onDisk.length);
  const somewhere = new Set([...onDisk, ...world.server.folder().messages.map(({ text }) => text)]);
  if (world.server.type === 'pop3')
    expect(delivered.filter((text) => !somewhere.has(text))).toEqual([]);
}

function inboxNow(world: World): string[] {
  return world.server.folder().messages.map(({ text }) => text);
}

/** Plays the history; the sync after event number `turn` dies at `point` and is run again. */
async function play(scene: Scene, turn: number, point: CrashPoint): Promise<World> {
  const world = scene.make();
  const delivered: string[] = [];
  for (const [at, event] of scene.history.entries()) {
    event(world);
    delivered.push(...inboxNow(world));
    if (at !== turn) {
      await world.sync();
      continue;
    }
    const { error } = await world.sync({ crash: point });
    expect(error?.cause).toBeInstanceOf(Crash);
    expectNothingLost(world, delivered);
    await world.sync();
    expectNothingLost(world, delivered);
  }
  await world.sync();
  return world;
}

async function countSteps(scene: Scene, turn: number): Promise<readonly string[]> {
  const world = scene.make();
  for (const event of scene.history.slice(0, turn + 1)) {
    event(world);
    await world.sync();
  }
  return world.steps;
}

describe.each(scenes)('$title', (scene) => {
  it.each([
    [0, 'before', false],
    [0, 'after', true],
    [1, 'before', false],
    [1, 'after', true],
  ] as const)('dies in sync %i, %s each step', async (turn, _, after) => {
    const steps = await countSteps(scene, turn);
    expect(steps.length).toBeGreaterThan(15);
    for (let at = 0; at < steps.length; at += 1) {
      const world = await play(scene, turn, { at, after });
      const where = `${String(at)}: ${steps[at] ?? ''}`;
      expect({ where, mail: world.mail() }).toEqual({ where, mail: scene.inbox });
      if (scene.title === 'IMAP') expect(world.mail('Sent')).toEqual(['sent', 'sent too']);
      else expect(inboxNow(world)).toEqual([]);
    }
  });
});
