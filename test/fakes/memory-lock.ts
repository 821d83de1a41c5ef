/** The lock port in memory, for one process: in the order of asking, with fences, and losable. */

import { TemporaryError } from '../../src/errors.ts';
import type { HeldLock, Lock, LockOptions } from '../../src/ports/lock.ts';

export interface MemoryLock extends Lock {
  /** What another process does that removes the lock's file. */
  lose(name: string): void;
}

interface Place {
  holder: AbortController | null;
  fence: number;
  readonly waiting: (() => void)[];
}

export function createMemoryLock(): MemoryLock {
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const place = places.get(name) ?? { holder: null, fence: 0, waiting: [] };
    places.set(name, place);
    return place;
  };
  return {
    acquire: async (name, options = {}) => {
      options.signal?.throwIfAborted();
      const place = placeOf(name);
      if (place.holder !== null) await turnIn(place, name, options);
      return hold(place, options.fenceAbove ?? 0);
    },
    lose: (name) => {
      placeOf(name).holder?.abort(locked(name));
    },
  };
}

function hold(place: Place, fenceAbove: number): HeldLock {
  const lost = new AbortController();
  place.holder = lost;
  place.fence = Math.max(place.fence, fenceAbove) + 1;
  const release = (): void => {
    if (place.holder !== lost) return;
    const next = place.waiting.shift();
    // Whoever is next holds it from now on, so that nobody comes in between.
    place.holder = next === undefined ? null : new AbortController();
    next?.();
  };
  return {
    fence: place.fence,
    lost: lost.signal,
    release: async () => {
      await Promise.resolve();
      release();
    },
  };
}

async function turnIn(
  { waiting }: Place,
  name: string,
  { waitMs = 0, signal }: LockOptions,
): Promise<void> {
  if (waitMs <= 0) throw locked(name);
  await new Promise<void>((resolve, reject) => {
    const turn = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const leave = (reason: unknown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      waiting.splice(waiting.indexOf(turn), 1);
      reject(reason as Error);
    };
    const stop = (): void => {
      leave(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        leave(locked(name));
      },
      Math.min(waitMs, 2 ** 31 - 1),
    );
    signal?.addEventListener('abort', stop, { once: true });
    waiting.push(turn);
  });
}

function locked(name: string): TemporaryError {
  return new TemporaryError(`this posthorn itself holds the lock ${name}`, { code: 'locked' });
}

/** One that nobody else ever wants. */
export const freeLock: Lock = {
  acquire: (_name, { fenceAbove = 0 } = {}) =>
    Promise.resolve({
      fence: fenceAbove + 1,
      lost: new AbortController().signal,
      release: () => Promise.resolve(),
    }),
};
