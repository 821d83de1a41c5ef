/** Notices that the wall clock leapt: the machine slept and every connection is stale, or somebody set the clock back. */

import type { Clock } from '../ports/clock.ts';

const beatMs = 10_000;
/** Longer than any honest delay of a busy machine. */
const gapMs = 40_000;

/**
 * Beats until the signal; `onLeap` gets how far the wall clock went between two beats, in milliseconds: far forwards, or
 * backwards (negative). The beat itself is a plain timer: a wait by the wall clock would stand still after a step back.
 */
export async function beat(
  clock: Clock,
  onLeap: (by: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = clock.now();
  while (!signal.aborted) {
    await pause(signal);
    const now = clock.now();
    if (now - last > gapMs || now < last) onLeap(now - last);
    last = now;
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, beatMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
