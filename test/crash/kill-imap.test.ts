/** IMAP from a real server into a Maildir, with the process killed again and again: nothing missing, doubled or half. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDovecot, type Dovecot, type User } from '../servers/dovecot.ts';
import { corpus, seeded } from '../servers/messages.ts';
import { afterMs, afterNewNames, type Moment } from './kill.ts';
import { asOnDisk } from './mail-on-disk.ts';
import { makeHome, type Home } from './run.ts';
import { sessionsOf } from './server-log.ts';
import { expectWhole, killSeries } from './series.ts';
import { note, seedOf } from './seed.ts';

const minute = 60_000;
const seed = seedOf();
let dovecot: Dovecot;

beforeAll(async () => {
  dovecot = await startDovecot();
}, minute);

afterAll(async () => {
  await dovecot?.stop();
}, minute);

/** A user with so many messages, and their hashes as the server itself tells them. */
async function filled(count: number): Promise<{ user: User; truth: string[] }> {
  const user = await dovecot.addUser();
  await dovecot.deliver(user, 'INBOX', corpus(count));
  const messages = await dovecot.serverMessages(user);
  expect(messages.length).toBe(count);
  return { user, truth: messages.map(({ raw }) => asOnDisk(raw)) };
}

describe(`2,000 messages (seed ${String(seed)})`, () => {
  let user: User;
  let truth: string[];
  /** Until its first message stands on disk; kills before that find an empty folder. */
  let startUpMs = 0;

  beforeAll(async () => {
    ({ user, truth } = await filled(2000));
  }, minute);

  it('arrive as the server has them, and a second sync transfers none', async () => {
    const home = await makeHome(dovecot, user, 'imap');
    try {
      const started = performance.now();
      const first = await home.sync();
      const took = performance.now() - started;
      startUpMs = took / 4;
      expect(first.received).toMatchObject([{ folder: 'INBOX', fetched: 2000, adopted: 0 }]);
      await expectWhole(home, truth);
      const second = await home.sync();
      expect(second.received).toMatchObject([{ folder: 'INBOX', fetched: 0, octets: 0 }]);
      await expectWhole(home, truth);
      const sessions = await sessionsOf(dovecot, user, 'imap', 3);
      expect(sessions.map(({ bodies }) => bodies)).toEqual([2000, 2000, 0]);
      note(`2,000 messages by IMAP in ${String(Math.round(took))} ms`);
    } finally {
      await home.remove();
    }
  });

  it('arrive although 20 syncs are killed', { timeout: 2 * minute }, async () => {
    const random = seeded(seed);
    const kills = await killSeries({
      truth,
      kills: 20,
      home: () => makeHome(dovecot, user, 'imap'),
      moment: (home) => anyMoment(random, home, startUpMs),
    });
    note(`IMAP kills: ${JSON.stringify(kills)}`);
    expect(kills.length).toBe(20);
    expect(kills.filter(({ onDisk }) => onDisk > 0 && onDisk < 2000).length).toBeGreaterThan(10);
  });
});

/** One in five before anything has come; the others after up to 250 more messages, while the next are being written. */
function anyMoment(random: () => number, home: Home, startUpMs: number): Moment {
  if (random() < 0.2) return afterMs(random() * startUpMs);
  const part = random() < 0.8 ? 'new' : 'tmp';
  return afterNewNames(join(home.inbox, part), 1 + Math.floor(random() * 250), random() * 15);
}

const mover = fileURLToPath(new URL('mover.mjs', import.meta.url));

describe(`while a reader moves new mail to cur (seed ${String(seed)})`, () => {
  it('600 messages arrive although 5 syncs are killed', async () => {
    const { user, truth } = await filled(600);
    const random = seeded(seed + 1);
    const readers: ReturnType<typeof spawn>[] = [];
    const kills = await killSeries({
      truth,
      kills: 5,
      home: async () => {
        const home = await makeHome(dovecot, user, 'imap');
        readers.push(spawn(process.execPath, [mover, home.inbox], { stdio: 'ignore' }));
        return home;
      },
      moment: (home) =>
        afterNewNames(join(home.inbox, 'tmp'), 1 + Math.floor(random() * 500), random() * 15),
    }).finally(() => {
      for (const reader of readers) reader.kill('SIGKILL');
    });
    note(`IMAP kills beside a reader: ${JSON.stringify(kills)}`);
  });
});
