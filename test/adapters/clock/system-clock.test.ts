import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const day = 86_400_000;

describe('the system clock', () => {
  test('tells milliseconds since the epoch', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });

  test('sleeps until the wall clock has passed the moment', async () => {
    const at = Date.now() + 30;
    await systemClock.sleepUntil(at, new AbortController().signal);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
  });

  test('a moment that is past is no wait', async () => {
    await systemClock.sleepUntil(0, new AbortController().signal);
  });

  test('a wait beyond 24.8 days goes on until it is aborted, and ends with the reason', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    let over = false;
    const sleep = systemClock.sleepUntil(Date.now() + 100 * day, stop.signal).finally(() => {
      over = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(over).toBe(false);
    stop.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });

  test('a signal that was aborted before refuses at once', async () => {
    const reason = new Error('stopped');
    const sleep = systemClock.sleepUntil(Date.now() + day, AbortSignal.abort(reason));
    await expect(sleep).rejects.toBe(reason);
  });

  test('leaves no timer behind', async () => {
    const stop = new AbortController();
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const sleep = systemClock.sleepUntil(Date.now() + day, stop.signal);
    stop.abort();
    await expect(sleep).rejects.toThrow();
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBe(before);
  });

  describe('looks at the wall clock again after each piece', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test('so a suspend shortens the wait', async () => {
      const sleep = systemClock.sleepUntil(Date.now() + 10 * day, new AbortController().signal);
      vi.setSystemTime(Date.now() + 11 * day);
      await vi.advanceTimersByTimeAsync(60_000);
      await sleep;
    });

    test('so a clock that is set back lengthens it', async () => {
      let over = false;
      const sleep = systemClock.sleepUntil(Date.now() + 50_000, new AbortController().signal);
      void sleep.then(() => {
        over = true;
      });
      vi.setSystemTime(Date.now() - 100_000);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(over).toBe(false);
      await vi.advanceTimersByTimeAsync(90_000);
      await sleep;
    });
  });
});

describe('the manual clock', () => {
  test('stands still until it is moved', async () => {
    const clock = createManualClock(1_000);
    const woken: number[] = [];
    const sleep = async (at: number): Promise<void> => {
      await clock.sleepUntil(at, new AbortController().signal);
      woken.push(clock.now());
    };
    const sleeps = [sleep(3_000), sleep(2_000), sleep(500)];
    await clock.asleep(2);
    expect(clock.due).toEqual([2_000, 3_000]);
    await clock.advance(999);
    expect(woken).toEqual([1_000]);
    await clock.advance(5_000);
    await Promise.all(sleeps);
    expect(woken).toEqual([1_000, 2_000, 3_000]);
    expect(clock.now()).toBe(6_999);
  });

  test('wakes one that sleeps in a loop as often as it would wake', async () => {
    const clock = createManualClock(0);
    const stop = new AbortController();
    const woken: number[] = [];
    const loop = (async () => {
      for (;;) {
        await clock.sleepUntil(clock.now() + 100, stop.signal);
        woken.push(clock.now());
      }
    })();
    await clock.advance(350);
    expect(woken).toEqual([100, 200, 300]);
    stop.abort(new Error('stopped'));
    await expect(loop).rejects.toThrow('stopped');
    expect(clock.due).toEqual([]);
  });

  test('a jump wakes all at the new time', async () => {
    const clock = createManualClock(0);
    const sleep = clock.sleepUntil(50, new AbortController().signal).then(() => clock.now());
    await clock.jump(10_000);
    expect(await sleep).toBe(10_000);
  });
});
