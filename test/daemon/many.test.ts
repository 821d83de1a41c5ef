/** Hundreds of accounts on real locks, a real state and a real disk: each is polled once, and none waits for the daemon itself. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { imapSource } from '../../src/adapters/imap/source.ts';
import { createLock } from '../../src/adapters/lock/lock.ts';
import { createMaildirStore } from '../../src/adapters/maildir/store.ts';
import { connectHere } from '../../src/adapters/state/connect.ts';
import { createStateStore } from '../../src/adapters/state/state-store.ts';
import type { Neighbours } from '../../src/app/neighbours.ts';
import type { AccountReport } from '../../src/app/sync/report.ts';
import type { Account } from '../../src/core/account/account.ts';
import { startImapServer } from '../../src/demo/imap/server.ts';
import type { DemoServer } from '../../src/demo/listener.ts';
import { Mailbox, type DemoUser } from '../../src/demo/mail/mailbox.ts';
import type { MailboxSource } from '../../src/ports/receiving/mailbox-source.ts';
import { scratch } from '../disk/scratch.ts';
import { unwatched } from '../fakes/memory-mailbox-watch.ts';
import { startDaemon } from './running.ts';
import { account, DaemonWorld, minute } from './world.ts';

const count = 300;
let folder: string;
let server: DemoServer;

beforeEach(async () => {
  folder = await mkdtemp(join(scratch, 'posthorn-many-'));
  server = await startImapServer({ users: Array.from({ length: count }, (_, at) => user(at)) });
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const nameOf = (at: number): string => `a${String(at)}`;

function user(at: number): DemoUser {
  const mailbox = new Mailbox();
  mailbox.inbox.append({ raw: Buffer.from(`Subject: ${String(at)}\r\n\r\nhello\r\n`) });
  return { name: nameOf(at), password: 'geheim', addresses: [], mailbox };
}

/** As the configuration has an account that was never met: without an id. */
function polled(at: number): Account {
  const { id: _, incoming, ...rest } = account(nameOf(at), 60 * minute, { send: false });
  const login = { auth: 'auto', password: { kind: 'file', path: '/secret' } } as const;
  const here = { host: '127.0.0.1', port: server.port, security: 'none' } as const;
  if (incoming === undefined) throw new Error('it receives nothing');
  return { ...rest, path: join(folder, nameOf(at)), incoming: { ...incoming, ...login, ...here } };
}

/** The most connections that were open at once. */
function counted(source: MailboxSource, most: { open: number; seen: number }): MailboxSource {
  return {
    watch: unwatched,
    connect: async (...call) => {
      most.open += 1;
      most.seen = Math.max(most.seen, most.open);
      const session = await source.connect(...call);
      const close = session.close.bind(session);
      return Object.assign(session, {
        close: async () => {
          most.open -= 1;
          await close();
        },
      });
    },
  };
}

it('three hundred accounts are polled once each, a few at a time', async () => {
  const world = new DaemonWorld();
  const state = createStateStore({ directory: folder, connect: connectHere });
  const most = { open: 0, seen: 0 };
  const real: Neighbours = {
    ...world.neighbours(),
    sources: {
      ...world.neighbours().sources,
      imap: counted(imapSource({ clock: systemClock }), most),
    },
    lock: createLock(join(folder, 'locks')),
    store: createMaildirStore(),
    state,
    randomBytes,
    secrets: { ...world.neighbours().secrets, read: () => Promise.resolve('geheim') },
  };
  const reports: AccountReport[] = [];
  let allCame = (): void => undefined;
  const all = new Promise<void>((resolve) => (allCame = resolve));
  const surroundings = Object.assign(world, { neighbours: () => real });
  const accounts = Array.from({ length: count }, (_, at) => polled(at));
  const daemon = await startDaemon(surroundings, accounts, {
    onReport: (report) => {
      reports.push(report);
      if (reports.length === count) allCame();
    },
  });
  await all;
  await daemon.stop();
  await state.close();
  expect(reports.flatMap(({ error }) => (error === null ? [] : [error.message]))).toEqual([]);
  expect(new Set(reports.map((report) => report.account)).size).toBe(count);
  expect(reports.map(({ received }) => received?.folders[0]?.fetched)).toEqual(
    Array.from({ length: count }, () => 1),
  );
  expect(daemon.log.filter((line) => line.startsWith('warn'))).toEqual([]);
  expect(most.seen).toBeGreaterThan(1);
  expect(most.seen).toBeLessThanOrEqual(32);
});
