/** The lock port within one process: held by name, given in the order of asking to those who wait. */

import { setImmediate as turn } from 'node:timers/promises';
import { TemporaryError } from '../../src/errors.ts';
import type { HeldLock, Lock } from '../../src/ports/lock.ts';

export function createMemoryLock(): Lock {
  const held = new Set<string>();
  return {
    acquire: async (name, { waitMs = 0, signal, fenceAbove = 0 } = {}) => {
      await turn();
      signal?.throwIfAborted();
      while (waitMs > 0 && held.has(name)) await turn();
      if (held.has(name)) throw new TemporaryError(`${name} is locked`, { code: 'locked' });
      held.add(name);
      return heldLock(fenceAbove + 1, async () => {
        await turn();
        held.delete(name);
      });
    },
  };
}

/** One that nobody else ever wants. */
export const freeLock: Lock = {
  acquire: (_name, { fenceAbove = 0 } = {}) =>
    Promise.resolve(heldLock(fenceAbove + 1, () => Promise.resolve())),
};

function heldLock(fence: number, release: () => Promise<void>): HeldLock {
  return { fence, lost: new AbortController().signal, release };
}
