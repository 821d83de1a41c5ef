/** The clock of the machine: long waits in pieces, so that neither suspend nor a step of the clock stretches them. */

import type { Clock } from '../../ports/clock.ts';

/**
 * The longest piece of a wait. Timers stand still while the machine is suspended, and one beyond 24.8 days (2^31 ms) fires at
 * once in Node: after each piece the wall clock is looked at again.
 */
const longestPieceMs = 60_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (at, signal) => {
    signal.throwIfAborted();
    for (let left = at - Date.now(); left > 0; left = at - Date.now()) {
      await piece(Math.min(left, longestPieceMs), signal);
    }
  },
};

function piece(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', abort, { once: true });
  });
}
