/** The clock port under a test's hand: time stands still until the test moves it. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export interface ManualClock extends Clock {
  /**
   * Moves time on, stopping at each due time on the way: whoever wakes there runs until it waits for something again, so one that
   * sleeps in a loop wakes as often as it would.
   */
  advance(milliseconds: number): Promise<void>;
  /** Sets the wall clock at one stroke, as suspend or a correction does. */
  jump(to: number): Promise<void>;
  /** Due times of those asleep now, ascending. */
  readonly due: readonly number[];
  /** Resolves once so many are asleep. */
  asleep(count: number): Promise<void>;
}

export function createManualClock(start = Date.UTC(2025, 0, 1)): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  let noticed: (() => void)[] = [];
  const due = (): number[] => [...sleepers].map(({ at }) => at).sort((a, b) => a - b);
  const wakeDue = async (): Promise<void> => {
    for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at))
      if (sleeper.at <= now) sleeper.wake();
    await settle();
  };
  const jump = async (to: number): Promise<void> => {
    now = to;
    await wakeDue();
  };
  return {
    now: () => now,
    sleepUntil: (at, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted || at <= now) {
          settleAtOnce(signal, resolve, reject);
          return;
        }
        const abort = (): void => {
          sleepers.delete(sleeper);
          settleAtOnce(signal, resolve, reject);
        };
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper = { at, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', abort, { once: true });
        for (const notice of noticed.splice(0)) notice();
      }),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      await settle();
      for (let next = due()[0]; next !== undefined && next <= end; next = due()[0])
        await jump(next);
      await jump(end);
    },
    jump,
    get due() {
      return due();
    },
    asleep: async (count) => {
      while (sleepers.size < count)
        await new Promise<void>((resolve) => {
          noticed = [...noticed, resolve];
        });
    },
  };
}

function settleAtOnce(
  signal: AbortSignal,
  resolve: () => void,
  reject: (reason: unknown) => void,
): void {
  if (signal.aborted) reject(signal.reason);
  else resolve();
}

/** A few turns of the event loop: enough for what needs no input or output. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}
