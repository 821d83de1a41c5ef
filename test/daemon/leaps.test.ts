import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDaemon, type RunningDaemon } from './running.ts';
import { account, DaemonWorld, hang, minute, settled, until } from './world.ts';

const hour = 60 * minute;
const beatMs = 10_000;

let world: DaemonWorld;
let daemon: RunningDaemon;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  world = new DaemonWorld();
});

afterEach(async () => {
  await daemon.stop();
  vi.useRealTimers();
});

/** The wall clock leaps; the timers, which stand still while the machine sleeps, go on from there to the next beat. */
async function leap(by: number): Promise<void> {
  await world.clock.jump(world.clock.now() + by);
  await settled();
  await vi.advanceTimersByTimeAsync(beatMs);
  await settled();
}

it('a sleep of the machine drops what is connected, and polls it anew at once', async () => {
  const reasons: unknown[] = [];
  let firstSignal: AbortSignal | null = null;
  world.onPoll = (_name, signal) => {
    if (firstSignal !== null) return Promise.resolve();
    firstSignal = signal;
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    return hang(signal);
  };
  daemon = await startDaemon(world, [account('a', 5 * minute)]);
  await until(() => world.polls.length === 1);
  await leap(2 * hour);
  expect(reasons).toEqual([expect.objectContaining({ exitStatus: 75 })]);
  expect(world.pollsOf('a')).toEqual([0, 120]);
  expect(daemon.log).toContain('info the machine slept for 7200 s: all connections are made anew');
  expect(daemon.reports.map(({ error }) => error?.code ?? null)).toEqual(['temporary', null]);
  expect(await world.state.account('a')).toMatchObject({ failures: 0 });
});

it('a sleep of the machine drops what is being sent, and sends it once', async () => {
  let tries = 0;
  world.onSend = (_name, signal) => {
    tries += 1;
    return tries === 1 ? hang(signal) : Promise.resolve();
  };
  daemon = await startDaemon(world, [account('a', 5 * minute)]);
  await until(() => world.polls.length === 1);
  await settled();
  world.put('m1', 'a');
  await daemon.ask({ command: 'wake' });
  await until(() => tries === 1);
  await leap(2 * hour);
  await until(() => world.entries.size === 0);
  expect(world.sent).toEqual(['a']);
});

it('what became due while the machine slept is polled at once, and what did not is left alone', async () => {
  daemon = await startDaemon(world, [account('a', 5 * minute), account('b', 3 * hour)]);
  await until(() => world.polls.length === 2);
  await settled();
  await leap(2 * hour);
  expect(world.pollsOf('a')).toEqual([0, 120]);
  expect(world.pollsOf('b')).toEqual([0]);
});

it('a clock that is set back by hours holds no poll up for longer than its interval', async () => {
  daemon = await startDaemon(world, [account('a', 5 * minute)]);
  await until(() => world.polls.length === 1);
  await settled();
  await leap(-10 * hour);
  expect(daemon.log).toContain(
    'info the clock was set back by 36000 s: the next polls are planned anew',
  );
  await world.clock.advance(5 * minute);
  await settled();
  expect(world.pollsOf('a')).toEqual([0, -595]);
  await leap(hour);
  expect(daemon.log.filter((line) => line.includes('slept'))).toHaveLength(1);
});

it('a busy machine, or a clock that is put right by seconds, is no sleep', async () => {
  let dropped = 0;
  world.onPoll = (_name, signal) => {
    signal.addEventListener('abort', () => (dropped += 1));
    return hang(signal);
  };
  daemon = await startDaemon(world, [account('a', 5 * minute)]);
  await until(() => world.polls.length === 1);
  for (const by of [30_000, -2_000, 39_000]) await leap(by);
  expect(dropped).toBe(0);
});

it('a poll that never ends is broken off after two hours, and the next one comes', async () => {
  world.onPoll = (_name, signal) => (world.polls.length === 1 ? hang(signal) : Promise.resolve());
  daemon = await startDaemon(world, [account('a', 5 * minute)]);
  await until(() => world.polls.length === 1);
  await vi.advanceTimersByTimeAsync(2 * hour - 1);
  await settled();
  expect(daemon.reports).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await until(() => daemon.reports.length === 1);
  expect(daemon.reports[0]?.error).toMatchObject({ code: 'timeout', account: 'a' });
  await settled();
  await world.clock.advance(5 * minute);
  await until(() => world.polls.length === 2);
});
