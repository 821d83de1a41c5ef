/** An account kept both ways, 2,000 messages and changes on both sides, killed again and again: both sides come to the same. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { seeded } from '../servers/messages.ts';
import {
  ClientThere,
  folders,
  linesHere,
  linesOf,
  linesThere,
  ReaderHere,
  type Folder,
  type Wanted,
} from './both-ways-mail.ts';
import { afterMs, afterNewNames, killAt, type Moment } from './kill.ts';
import { makeHome, type Home } from './run.ts';
import { sessionsOf } from './server-log.ts';
import { note, seedOf } from './seed.ts';

const minute = 60_000;
const seed = seedOf();
const kills = 20;
/** Changes come on top of what the last kill left behind; a round or two may end before their kill. */
const rounds = 26;
/** On each side. In all: some 300 messages are added, 300 flagged, 200 moved and 100 removed. */
const perRound = { added: 12, flagged: 12, moved: 8, removed: 4 };
const begin: Readonly<Record<Folder, number>> = {
  INBOX: 1100,
  Archive: 350,
  Lists: 350,
  Projects: 200,
  Trash: 0,
};

let dovecot: Dovecot;
let user: User;
let home: Home;

beforeAll(async () => {
  dovecot = await startDovecot();
  user = await dovecot.addUser();
  for (const folder of folders) if (folder !== 'INBOX') await dovecot.createFolder(user, folder);
  home = await makeHome(dovecot, user, 'imap');
}, minute);

afterAll(async () => {
  await home?.remove();
  await dovecot?.stop();
}, minute);

/** Numbers of messages nobody has touched yet, by folder; each is changed once, but for flags, which both sides may change. */
class Untouched {
  readonly #left: Record<Folder, number[]>;

  constructor(wanted: Wanted) {
    this.#left = { INBOX: [], Archive: [], Lists: [], Projects: [], Trash: [] };
    for (const [number, { folder }] of wanted) this.#left[folder].push(number);
  }

  take(folder: Folder, count: number): number[] {
    const taken = this.#left[folder].splice(0, count);
    expect(taken.length).toBe(count);
    return taken;
  }
}

async function filled(): Promise<Wanted> {
  const there = new ClientThere(dovecot, user);
  const wanted: Wanted = new Map();
  let number = 1;
  for (const folder of folders) {
    const numbers = Array.from({ length: begin[folder] }, () => number++);
    if (numbers.length > 0) await there.add(numbers, folder);
    for (const each of numbers) wanted.set(each, { folder, flags: '' });
  }
  return wanted;
}

function folderPair(round: number): { from: Folder; to: Folder; other: Folder } {
  const [to, other] =
    round % 2 === 0 ? (['Archive', 'Lists'] as const) : (['Lists', 'Archive'] as const);
  return { from: 'INBOX', to, other };
}

/** Both sides at once, while no sync runs. */
async function change(round: number, wanted: Wanted, untouched: Untouched): Promise<void> {
  const here = await ReaderHere.look(home);
  const there = new ClientThere(dovecot, user);
  const { added, flagged, moved, removed } = perRound;
  const { from, to, other } = folderPair(round);

  const newThere = Array.from({ length: added }, (_, at) => 10_000 + 1000 * round + at);
  await there.add(newThere, other);
  for (const each of newThere) wanted.set(each, { folder: other, flags: '' });
  for (const each of newThere.map((number) => number + 100_000)) {
    await here.add(each, to, 'S');
    wanted.set(each, { folder: to, flags: 'S' });
  }

  const [mine, theirs, both] = [flagged - 4, flagged - 4, 4].map((count) =>
    untouched.take(from, count),
  ) as [number[], number[], number[]];
  await there.flag(from, [...theirs, ...both], '\\Flagged \\Seen');
  for (const each of theirs) wanted.set(each, { folder: from, flags: 'FS' });
  for (const each of [...mine, ...both]) await here.flag(each, 'RS');
  for (const each of mine) wanted.set(each, { folder: from, flags: 'RS' });
  for (const each of both) wanted.set(each, { folder: from, flags: 'FRS' });

  const movedThere = untouched.take(other, moved);
  await there.move(other, movedThere, 'Projects');
  for (const each of movedThere) wanted.set(each, { folder: 'Projects', flags: '' });
  for (const each of untouched.take(from, moved)) {
    await here.move(each, to);
    wanted.set(each, { folder: to, flags: '' });
  }

  const removedThere = untouched.take('Projects', removed);
  await there.remove('Projects', removedThere);
  for (const each of removedThere) wanted.delete(each);
  for (const each of untouched.take(from, removed)) {
    await here.remove(each);
    wanted.set(each, { folder: 'Trash', flags: '' });
  }
}

const same = { missing: [], tooMany: [] };

function difference(wanted: readonly string[], found: readonly string[]) {
  const without = (all: readonly string[], others: readonly string[]): string[] => {
    const left = [...others];
    return all.filter((each) => {
      const at = left.indexOf(each);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  return { missing: without(wanted, found), tooMany: without(found, wanted) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Once the server or the Maildir shows so many names that this round brings; one in five by the clock, while both are looked at. */
async function moment(round: number, random: () => number, quietMs: number): Promise<Moment> {
  if (random() < 0.2) return afterMs(quietMs * (0.3 + 0.5 * random()));
  const { added, moved, removed } = perRound;
  const { to, other } = folderPair(round);
  const here = (folder: Folder, part: string): string => join(home.inbox, '..', folder, part);
  const there = async (folder: Folder): Promise<string> =>
    join(await dovecot.maildir(user, folder), 'cur');
  const signs: [string, number][] = [
    [await there(to), added + moved],
    [here(other, 'new'), added],
    [here(other, 'tmp'), added],
    [here('Projects', 'new'), moved],
    [await there('Trash'), removed],
    [here('Trash', 'new'), removed],
    [here('INBOX', 'cur'), 4],
  ];
  const [directory, most] = signs[Math.floor(random() * signs.length)] ?? ['', 0];
  return afterNewNames(directory, 1 + Math.floor(random() * most), random() * 15);
}

describe(`2,000 messages kept both ways (seed ${String(seed)})`, () => {
  it(
    'come to the same on both sides although 20 syncs are killed',
    { timeout: 4 * minute },
    async () => {
      const random = seeded(seed);
      const wanted = await filled();
      const untouched = new Untouched(wanted);
      await home.sync();
      const quietMs = await timed(() => home.sync());
      let done = 0;
      for (let round = 0; round < rounds || done < kills; round += 1) {
        if (round < rounds) await change(round, wanted, untouched);
        if (done === kills) continue;
        const isAfterAll = round >= rounds;
        const when = isAfterAll
          ? afterMs(quietMs * random())
          : await moment(round, random, quietMs);
        const { killed, status, stderr } = await killAt(home.start(), when);
        note(`round ${String(round)}: ${killed ? 'killed' : 'ended'}`);
        if (killed) done += 1;
        else expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      }
      expect(done).toBe(kills);
      await home.sync();
      // What was deleted here is in the server's trash by then, and comes here by the sync behind it.
      await home.sync();
      const [here, there] = [await linesHere(home), await linesThere(dovecot, user)];
      const all = linesOf(wanted);
      expect({ here: difference(all, here), there: difference(all, there) }).toEqual({
        here: same,
        there: same,
      });
      const again = await home.sync();
      for (const folder of again.received ?? [])
        expect(folder).toMatchObject({
          ...{ fetched: 0, uploaded: 0, movedHere: 0, movedThere: 0, copiedThere: 0, adopted: 0 },
          ...{ flaggedHere: 0, flaggedThere: 0, deletedHere: 0, deletedThere: 0, error: null },
        });
      const last = (await sessionsOf(dovecot, user, 'imap', 1)).at(-1);
      expect(last).toMatchObject({ bodies: 0 });
    },
  );
});
