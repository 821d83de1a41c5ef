/** Notices that the machine slept: the wall clock went on between two beats, and every connection is stale. */

import type { Clock } from '../ports/clock.ts';

const beatMs = 10_000;
/** Longer than any honest delay of a busy machine. */
const gapMs = 40_000;

/** Beats until the signal; `onWake` gets the length of the gap in milliseconds. */
export async function beat(
  clock: Clock,
  onWake: (gap: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = clock.now();
  while (!signal.aborted) {
    await clock.sleepUntil(last + beatMs, signal).catch(() => undefined);
    const now = clock.now();
    if (now - last > gapMs) onWake(now - last);
    last = now;
  }
}
