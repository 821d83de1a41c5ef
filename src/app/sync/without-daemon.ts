/** Keeps the daemon away while something is done to an account that it read at its start and would go on polling. */

import { TemporaryError } from '../../errors.ts';
import type { HeldLock, Lock } from '../../ports/lock.ts';

/** `what` begins the sentence: "an account cannot be renamed". TemporaryError (`locked`) where a daemon runs. */
export async function lockOutDaemon(lock: Lock, what: string): Promise<HeldLock> {
  return lock.acquire('daemon').catch((cause: unknown) => {
    if (!(cause instanceof TemporaryError)) throw cause;
    throw new TemporaryError(`${what} while the daemon runs`, {
      cause,
      code: 'locked',
      reach: 'program',
      remedy: 'Run: posthorn daemon stop',
    });
  });
}
