import { afterEach, describe, expect, it } from 'vitest';
import { TemporaryError } from '../../src/errors.ts';
import { startDaemon, type RunningDaemon, type RunningOptions } from './running.ts';
import {
  account,
  DaemonWorld,
  hang,
  hangForGood,
  minute,
  settled,
  settings,
  until,
} from './world.ts';

let world: DaemonWorld;
let daemon: RunningDaemon | null = null;

async function start(
  accounts: Parameters<typeof startDaemon>[1],
  options?: RunningOptions,
): Promise<RunningDaemon> {
  daemon = await startDaemon(world, accounts, options);
  await settled();
  return daemon;
}

async function minutes(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) {
    await world.clock.advance(minute);
    await settled();
  }
}

const both = { send: true, receive: true, full: false, acceptDeletions: false } as const;

function syncOf(name: string) {
  return { command: 'sync', accounts: [{ name, id: null }], ...both } as const;
}

describe('polling', () => {
  it('keeps each enabled account on its own interval, from the start on', async () => {
    world = new DaemonWorld();
    const off = account('off', minute, { enabled: false });
    await start([account('a', 2 * minute), account('b', 5 * minute), off]);
    await minutes(10);
    expect(world.pollsOf('a')).toEqual([0, 2, 4, 6, 8, 10]);
    expect(world.pollsOf('b')).toEqual([0, 5, 10]);
    expect(world.pollsOf('off')).toEqual([]);
    await daemon?.stop();
  });

  it('counts the interval from the end of a poll', async () => {
    world = new DaemonWorld();
    world.onPoll = () => world.clock.sleepUntil(world.clock.now() + 3 * minute, never());
    await start([account('a', 2 * minute)]);
    await minutes(10);
    expect(world.pollsOf('a')).toEqual([0, 5, 10]);
    await minutes(3);
    await daemon?.stop();
  });

  it('never polls by itself with `interval: never`, nor an account that does not receive', async () => {
    world = new DaemonWorld();
    await start([account('never', null), account('sends', minute, { receive: false })]);
    await minutes(10);
    expect(world.polls).toEqual([]);
    expect(await daemon?.ask({ command: 'status' })).toMatchObject({
      accounts: [{ nextPoll: null }, { nextPoll: null }],
    });
    await daemon?.stop();
  });

  it('polls at once when it is asked to, and counts the interval from then', async () => {
    world = new DaemonWorld();
    await start([account('a', 5 * minute), account('never', null)]);
    await minutes(3);
    const accounts = ['a', 'never', 'nobody'].map((name) => ({ name, id: null }));
    const answer = await daemon?.ask({ ...syncOf('a'), accounts });
    expect(answer).toMatchObject({
      accounts: [
        { account: 'a', status: 0, error: null },
        { account: 'never', status: 0 },
      ],
      unknown: ['nobody'],
    });
    await minutes(7);
    expect(world.pollsOf('a')).toEqual([0, 3, 8]);
    expect(world.pollsOf('never')).toEqual([3]);
    await daemon?.stop();
  });

  it('never lets two polls of an account overlap: what is asked for waits behind what runs', async () => {
    world = new DaemonWorld();
    let running = 0;
    let most = 0;
    world.onPoll = async () => {
      running += 1;
      most = Math.max(most, running);
      await world.clock.sleepUntil(world.clock.now() + minute, never());
      running -= 1;
    };
    await start([account('a', minute)]);
    const asked = [1, 2, 3].map(async () => daemon?.ask(syncOf('a')));
    await minutes(10);
    expect(await Promise.all(asked)).toHaveLength(3);
    expect(most).toBe(1);
    expect(world.polls.length).toBeGreaterThanOrEqual(5);
    world.onPoll = () => Promise.resolve();
    await minutes(2);
    await daemon?.stop();
  });
});

describe('one account and the others', () => {
  it('goes on with the others where one fails or hangs', async () => {
    world = new DaemonWorld();
    world.onPoll = async (name, signal) => {
      if (name === 'fails') throw new TemporaryError('the server is busy');
      if (name === 'hangs') await hang(signal);
    };
    const all = ['fails', 'hangs', 'works'].map((name) => account(name, minute));
    await start(all, { settings: { ...settings, maxFailures: 0 } });
    await minutes(3);
    expect(world.pollsOf('works')).toEqual([0, 1, 2, 3]);
    expect(world.pollsOf('fails')).toEqual([0, 1, 2, 3]);
    expect(world.pollsOf('hangs')).toEqual([0]);
    await daemon?.stop();
    expect(daemon?.reports.find((report) => report.account === 'hangs')?.error?.exitStatus).toBe(
      75,
    );
  });

  it('leaves a suspended account alone, and takes it back once it is enabled', async () => {
    world = new DaemonWorld();
    world.onPoll = () => Promise.reject(new TemporaryError('the server is busy'));
    await start([account('a', minute)]);
    await minutes(6);
    expect(world.pollsOf('a')).toEqual([0, 1, 2]);
    const state = await world.state.account('a');
    expect(state?.suspended?.why).toContain('the server is busy');
    if (state === null) throw new Error('no state');
    await world.state.commit(
      [{ kind: 'account', account: { ...state, suspended: null } }],
      'durable',
    );
    world.onPoll = () => Promise.resolve();
    await minutes(2);
    expect(world.pollsOf('a')).toEqual([0, 1, 2, 7, 8]);
    await daemon?.stop();
  });

  it('outlives whatever is thrown inside, also by its own log', async () => {
    world = new DaemonWorld();
    let thrown = 0;
    await start([account('a', minute)], {
      onLog: () => {
        throw new Error('no log');
      },
      onReport: () => {
        thrown += 1;
        throw new Error('no report');
      },
    });
    await minutes(3);
    expect(world.pollsOf('a')).toEqual([0, 1, 2, 3]);
    expect(thrown).toBe(4);
    await daemon?.stop();
  });

  it('polls on where the outbox can not be read', async () => {
    world = new DaemonWorld();
    await start([account('a', minute)]);
    for (let round = 0; round < 3; round += 1) {
      world.outboxFault = new Error('EACCES');
      await minutes(1);
    }
    expect(world.pollsOf('a')).toEqual([0, 1, 2, 3]);
    expect(daemon?.log.filter((line) => line === 'warn a: EACCES')).not.toEqual([]);
    await daemon?.stop();
  });
});

describe('the outbox', () => {
  it('is flushed at once when something woke the daemon, also with `interval: never`', async () => {
    world = new DaemonWorld();
    await start([account('never', null)]);
    await known('never');
    world.put('m1', 'never');
    expect(await daemon?.ask({ command: 'wake' })).toEqual({ woken: 1 });
    await until(() => world.sent.length === 1 && world.entries.size === 0);
    await daemon?.stop();
  });

  it('is flushed at its time where an entry is due later', async () => {
    world = new DaemonWorld();
    await known('never');
    world.put('m1', 'never', world.clock.now() + 7 * minute);
    await start([account('never', null)]);
    await minutes(6);
    expect(world.sent).toEqual([]);
    await minutes(1);
    expect(world.sent).toEqual(['never']);
    await daemon?.stop();
  });

  it('does not wait for a poll that takes long', async () => {
    world = new DaemonWorld();
    world.onPoll = (_name, signal) => hang(signal);
    await start([account('a', minute)]);
    world.put('m1', 'a');
    await daemon?.ask({ command: 'wake' });
    await until(() => world.sent.length === 1);
    await daemon?.stop();
  });

  it('waits for the next poll with `sendImmediately: false`', async () => {
    world = new DaemonWorld();
    await start([account('a', 5 * minute)], { settings: { ...settings, sendImmediately: false } });
    world.put('m1', 'a');
    await daemon?.ask({ command: 'wake' });
    await minutes(4);
    expect(world.sent).toEqual([]);
    await minutes(1);
    expect(world.sent).toEqual(['a']);
    await daemon?.stop();
  });

  it('is left alone while the account is suspended or does not send', async () => {
    world = new DaemonWorld();
    await known('a', 'the server refused the login');
    await known('quiet');
    world.put('m1', 'a');
    world.put('m2', 'quiet');
    await start([account('a', minute), account('quiet', minute, { send: false })]);
    await minutes(3);
    expect(world.sent).toEqual([]);
    await daemon?.stop();
  });

  it('is left as it is while sending is suspended, and sent at once when that has ended', async () => {
    world = new DaemonWorld();
    await known('never');
    const refused = { since: world.clock.now(), why: 'refused' };
    const sending = { loginFailures: 3, suspended: refused };
    await world.state.commit([{ kind: 'sending', accountId: 'never', sending }], 'durable');
    world.put('m1', 'never');
    const before = world.entries.get('m1');
    await start([account('never', null)]);
    await minutes(7 * 24 * 60);
    expect(world.entries.get('m1')).toBe(before);
    const good = { loginFailures: 0, suspended: null };
    await world.state.commit([{ kind: 'sending', accountId: 'never', sending: good }], 'durable');
    await daemon?.ask({ command: 'wake' });
    await settled();
    expect(world.sent).toHaveLength(1);
    await daemon?.stop();
  });

  it('is sent where the way to the server is another one than that which was suspended', async () => {
    world = new DaemonWorld();
    await known('never');
    const suspended = { since: world.clock.now(), why: 'refused' };
    const sending = { loginFailures: 3, suspended, failingWay: 'another' };
    await world.state.commit([{ kind: 'sending', accountId: 'never', sending }], 'durable');
    world.put('m1', 'never');
    await start([account('never', null)]);
    expect(world.sent).toHaveLength(1);
    expect((await world.state.account('never'))?.sending).toBeUndefined();
    await daemon?.stop();
  });

  it('is tried again after a pause where it could not be flushed, and not over and over', async () => {
    world = new DaemonWorld();
    await known('never');
    world.put('m1', 'never');
    let tries = 0;
    const other = { ...world.neighbours() };
    const locked = Object.assign(world, {
      neighbours: () => ({
        ...other,
        lock: {
          acquire: async (name: string) => {
            if (!name.startsWith('outbox-')) return other.lock.acquire(name);
            tries += 1;
            throw new TemporaryError('locked', { code: 'locked' });
          },
        },
      }),
    });
    daemon = await startDaemon(locked, [account('never', null)]);
    await settled();
    for (let quarter = 0; quarter < 8; quarter += 1) {
      await world.clock.advance(minute / 4);
      await settled();
    }
    expect(tries).toBe(9);
    await daemon.stop();
  });
});

describe('idle', () => {
  it('asks neither the state nor the outbox for anything until something is due', async () => {
    world = new DaemonWorld();
    await start([account('a', 60 * minute), account('never', null)]);
    world.put('m1', 'a', world.clock.now() + 45 * minute);
    await daemon?.ask({ command: 'wake' });
    await settled();
    const before = world.calls;
    await minutes(44);
    expect(world.calls).toBe(before);
    expect(world.clock.due).toHaveLength(4);
    await daemon?.stop();
  });

  it('does not spin while a poll hangs', async () => {
    world = new DaemonWorld();
    world.onPoll = () => hangForGood();
    await start([account('a', minute)]);
    const before = world.calls;
    await minutes(30);
    expect(world.calls).toBe(before);
    world.onPoll = () => Promise.resolve();
  });
});

/** The account's state as an earlier run left it. */
async function known(name: string, suspended: string | null = null): Promise<void> {
  const fresh = {
    ...{ id: name, name, root: null, lastAttempt: null, lastSuccess: null, failures: 0 },
    ...{ loginFailures: 0, failingSince: null, lastError: null, notBefore: null, fence: 0 },
  };
  const suspension = suspended === null ? null : { since: world.clock.now(), why: suspended };
  await world.state.commit(
    [{ kind: 'account', account: { ...fresh, suspended: suspension } }],
    'durable',
  );
}

function never(): AbortSignal {
  return new AbortController().signal;
}

afterEach(() => {
  daemon = null;
});
