/** POP3 with deletion on, killed again and again: at every moment each message is on the server or durable on disk. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { corpus, seeded } from '../servers/messages.ts';
import { afterMs, afterNewNames, fromNames, thenBelow, type Moment } from './kill.ts';
import { asOnDisk, mailOnServer } from './mail-on-disk.ts';
import { makeHome, type Home } from './run.ts';
import { note, seedOf } from './seed.ts';
import { expectWhole, killSeries, type Kill } from './series.ts';
import { sessionsOf } from './server-log.ts';

const minute = 60_000;
const seed = seedOf();
let dovecot: Dovecot;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

/** A maildrop on the server, and what it held before anybody deleted. */
interface Maildrop {
  readonly user: User;
  readonly folder: string;
  readonly truth: string[];
}

async function filled(count: number): Promise<Maildrop> {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', corpus(count));
  const messages = await dovecot.serverMessages(user);
  expect(messages.length).toBe(count);
  const truth = messages.map(({ raw }) => asOnDisk(raw));
  return { user, folder: await dovecot.maildir(user), truth };
}

/** Reads the server after the disk, which nobody changes any more: the server may still be deleting. Resolves with what it has left. */
async function expectNothingLost(drop: Maildrop, onDisk: ReadonlySet<string>): Promise<number> {
  const onServer = await mailOnServer(drop.folder);
  const lost = drop.truth.filter((hash) => !onDisk.has(hash) && !onServer.has(hash));
  expect(lost.length).toBe(0);
  return onServer.size;
}

async function expectEmpty(drop: Maildrop): Promise<void> {
  expect(await dovecot.serverMessages(drop.user)).toEqual([]);
}

describe(`2,000 messages (seed ${String(seed)})`, () => {
  let startUpMs = 0;

  it('arrive as the server has them and are deleted there; a second sync transfers none', async () => {
    const drop = await filled(2000);
    const home = await makeHome(dovecot, drop.user, 'pop3');
    try {
      const started = performance.now();
      const first = await home.sync();
      const took = performance.now() - started;
      startUpMs = took / 4;
      expect(first.received).toMatchObject([{ fetched: 2000, adopted: 0, deleted: 2000 }]);
      await expectWhole(home, drop.truth);
      await expectEmpty(drop);
      const second = await home.sync();
      expect(second.received).toMatchObject([{ fetched: 0, octets: 0, deleted: 0 }]);
      const sessions = await sessionsOf(dovecot, drop.user, 'pop3', 2);
      expect(sessions).toMatchObject([
        { bodies: 2000, deleted: 2000 },
        { bodies: 0, octets: 0, deleted: 0 },
      ]);
      note(`2,000 messages by POP3, deleted, in ${String(Math.round(took))} ms`);
    } finally {
      await home.remove();
    }
  });

  it('arrive although 12 syncs are killed while they fetch', { timeout: 2 * minute }, async () => {
    const random = seeded(seed);
    let drop = await filled(2000);
    const kills = await killSeries({
      truth: drop.truth,
      kills: 12,
      home: async () => {
        if ((await readdir(join(drop.folder, 'cur'))).length < 2000) drop = await filled(2000);
        return makeHome(dovecot, drop.user, 'pop3');
      },
      moment: (home) => whileFetching(random, home, startUpMs),
      check: async (onDisk) => {
        await expectNothingLost(drop, onDisk);
      },
      complete: () => expectEmpty(drop),
    });
    note(`POP3 kills while fetching: ${JSON.stringify(kills)}`);
    expect(kills.length).toBe(12);
    expect(kills.filter(({ onDisk }) => onDisk > 0 && onDisk < 2000).length).toBeGreaterThan(5);
  });
});

/** One in six before anything has come; the others after up to 400 more messages, while the next are being written. */
function whileFetching(random: () => number, home: Home, startUpMs: number): Moment {
  if (random() < 1 / 6) return afterMs(random() * startUpMs);
  const part = random() < 0.8 ? 'new' : 'tmp';
  return afterNewNames(join(home.inbox, part), 1 + Math.floor(random() * 400), random() * 15);
}

describe(`150 messages (seed ${String(seed)})`, () => {
  it(
    'are whole although 8 syncs are killed while they delete',
    { timeout: 2 * minute },
    async () => {
      const random = seeded(seed + 1);
      const { truth } = await filled(150);
      const kills: Kill[] = [];
      for (let turn = 0; turn < 8; turn += 1)
        kills.push(...(await killWhileDeleting(truth, turn, random)));
      note(`POP3 kills while deleting: ${JSON.stringify(kills)}`);
      expect(kills.length).toBeGreaterThanOrEqual(8);
    },
  );
});

/** A maildrop of its own for each try, as a deletion is over soon. */
async function killWhileDeleting(
  truth: readonly string[],
  turn: number,
  random: () => number,
): Promise<Kill[]> {
  const count = truth.length;
  let drop: Maildrop;
  const moment = (home: Home): Moment => {
    const stored = fromNames(join(home.inbox, 'new'), count, random() * (turn % 2 === 0 ? 25 : 3));
    return turn % 2 === 0 ? stored : thenBelow(stored, drop.folder, Math.ceil(random() * count));
  };
  return killSeries({
    truth,
    kills: 1,
    home: async () => {
      drop = await filled(count);
      return makeHome(dovecot, drop.user, 'pop3');
    },
    moment,
    check: async (onDisk) => {
      const left = await expectNothingLost(drop, onDisk);
      note(`killed with ${String(left)} of ${String(count)} left on the server`);
    },
    complete: () => expectEmpty(drop),
  });
}
