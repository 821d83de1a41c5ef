/** Waits that end by the clock, and leave no timer behind. */

import type { Clock } from '../../../ports/clock.ts';

/** What comes of the promise, or null where the wall clock has passed `at` first. Rejects with the signal's reason. */
export async function until<T>(
  promise: Promise<T>,
  at: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | null> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const stop = (): void => settled.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const late = clock.sleepUntil(at, settled.signal).then(() => null);
    return await Promise.race([promise, late]);
  } finally {
    signal.removeEventListener('abort', stop);
    settled.abort();
  }
}

/** A promise and the way to fulfil it. */
export interface Promised<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function promised<T>(): Promised<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
