/** Notices that the machine slept: then nobody knows whether the connection is still there. */

import type { Clock } from '../../../ports/clock.ts';

const beatMs = 30_000;
/** Longer than any honest delay of a busy machine. */
const gapMs = 60_000;

/** Beats until the signal, whose reason it rejects with; resolves once the wall clock went far on between two beats. */
export async function untilSuspended(clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const due = clock.now() + beatMs;
    await clock.sleepUntil(due, signal);
    if (clock.now() - due > gapMs) return;
  }
}
