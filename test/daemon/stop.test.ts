import { expect, it, vi } from 'vitest';
import { runDaemon } from '../../src/daemon/daemon.ts';
import { TemporaryError } from '../../src/errors.ts';
import { startDaemon } from './running.ts';
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

const accounts = [account('a', minute), account('b', minute)];

it('the end breaks off what runs, and waits until it has come to rest', async () => {
  const world = new DaemonWorld();
  let atRest = 0;
  world.onPoll = async (_name, signal) => {
    await hang(signal).catch(() => undefined);
    await settled();
    atRest += 1;
    throw signal.reason;
  };
  const daemon = await startDaemon(world, accounts);
  await until(() => world.polls.length === 2);
  await daemon.stop();
  expect(atRest).toBe(2);
  expect(daemon.log.slice(-2)).toEqual([
    'info stopping: messages in hand are finished first',
    'info stopped',
  ]);
  const errors = daemon.reports.map(({ account: name, error }) => [
    name,
    error?.account,
    error?.code,
  ]);
  expect(errors.sort()).toEqual([
    ['a', 'a', 'temporary'],
    ['b', 'b', 'temporary'],
  ]);
  expect(await world.state.account('a')).toMatchObject({ failures: 0 });
});

it('`stop` on the socket is answered, and ends it', async () => {
  const daemon = await startDaemon(new DaemonWorld(), accounts);
  expect(await daemon.ask({ command: 'stop' })).toEqual({ stopping: true });
  await daemon.ended;
});

it('the end begins nothing new, not even what was asked for', async () => {
  const world = new DaemonWorld();
  world.onPoll = (_name, signal) => hang(signal);
  const daemon = await startDaemon(world, [account('a', minute)]);
  await until(() => world.polls.length === 1);
  const asked = daemon.ask({
    ...{
      command: 'sync',
      accounts: [{ name: 'a', id: null }],
      send: true,
      receive: true,
      full: false,
      acceptDeletions: false,
    },
  });
  await settled();
  await daemon.stop();
  expect(await asked).toMatchObject({ accounts: [{ account: 'a', status: 75 }] });
  expect(world.polls).toHaveLength(1);
  await world.clock.advance(10 * minute);
  expect(world.polls).toHaveLength(1);
});

it('what hangs in spite of its signal keeps it from ending for the grace alone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const world = new DaemonWorld();
    world.onPoll = () => hangForGood();
    const daemon = await startDaemon(world, accounts);
    await until(() => world.polls.length === 2);
    let ended = false;
    const end = daemon.stop().then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(19_999);
    await settled();
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await end;
  } finally {
    vi.useRealTimers();
  }
});

it('leaves no timer and no listener behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const world = new DaemonWorld();
    const daemon = await startDaemon(world, accounts);
    await until(() => world.polls.length === 2);
    await settled();
    await daemon.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(world.clock.due).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

it('a second daemon is refused while one runs, and the lock is free afterwards', async () => {
  const world = new DaemonWorld();
  const held = world.neighbours();
  const options = {
    ...{ accounts, settings, neighbours: held, version: '0', process: 1 },
    control: {
      serve: () => Promise.reject(new TemporaryError('no socket')),
      call: () => Promise.resolve(null),
      daemonProcess: () => Promise.resolve(null),
    },
    log: () => undefined,
    onReport: () => undefined,
    onReady: () => undefined,
    signal: new AbortController().signal,
  };
  const lock = await held.lock.acquire('daemon');
  await expect(runDaemon(options)).rejects.toMatchObject({ code: 'locked' });
  await lock.release();
  await expect(runDaemon(options)).rejects.toThrow('no socket');
  expect(world.polls).toEqual([]);
  await (await held.lock.acquire('daemon')).release();
});

it('status tells who is polled now and when next', async () => {
  const world = new DaemonWorld();
  world.onPoll = (name, signal) => (name === 'a' ? hang(signal) : Promise.resolve());
  const daemon = await startDaemon(world, accounts);
  await until(() => world.polls.length === 2);
  await settled();
  const at = (ms: number): string => new Date(world.clock.now() + ms).toISOString();
  expect(await daemon.ask({ command: 'status' })).toEqual({
    process: 1,
    version: '0',
    startedAt: at(0),
    accounts: [
      { account: 'a', polling: true, nextPoll: at(0) },
      { account: 'b', polling: false, nextPoll: at(minute) },
    ],
  });
  await daemon.stop();
});
