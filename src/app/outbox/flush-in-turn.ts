/** The flush that follows a `send`: of many at once one sends, one waits to look again, and the others have nothing to do. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { TemporaryError } from '../../errors.ts';
import type { HeldLock } from '../../ports/lock.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { flushOutbox } from './flush-outbox.ts';
import type { Neighbours } from '../neighbours.ts';
import { bindForUse } from '../accounts/start-afresh.ts';

/** Longer than any message in hand takes; whoever waits in vain leaves the rest to the next sync. */
const waitMs = 15 * 60_000;

/**
 * Whoever waits looks at the queue only once it holds the lock, so it sees what was queued before; a second one that would
 * wait can go, since the first will see its message too. Resolves at once in that case.
 */
export async function flushInTurn(
  account: Account,
  settings: Settings,
  neighbours: Neighbours,
  signal: AbortSignal,
): Promise<void> {
  const bound = await bindForUse(account, neighbours);
  if (bound.state.suspended !== null) return;
  const turn = await takeTurn(bound, neighbours);
  if (turn === null) return;
  try {
    const onLocked = (): Promise<void> => turn.release();
    await flushOutbox(bound, neighbours, { settings, waitMs, signal, onLocked }, { messages: [] });
  } finally {
    await turn.release();
  }
}

/** Null where somebody waits already. */
async function takeTurn({ id }: BoundAccount, { lock }: Neighbours): Promise<HeldLock | null> {
  try {
    return await lock.acquire(`outbox-turn-${id}`);
  } catch (error) {
    if (error instanceof TemporaryError && error.code === 'locked') return null;
    throw error;
  }
}
