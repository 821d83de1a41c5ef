/** The account under its lock, for those who change its folders: no sync works on it meanwhile. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { RemoteFolder } from '../../core/sync/remote.ts';
import { asPosthornError, ConfigurationError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { Fence } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { bindForUse } from '../accounts/start-afresh.ts';
import { connectMailbox } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import { requireNoPause } from '../sync/sync-account.ts';

export interface FolderOptions {
  readonly settings: Settings;
  /** How long to wait for another process that works on the account. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface AccountInHand {
  readonly bound: BoundAccount;
  readonly neighbours: Neighbours;
  readonly settings: Settings;
  readonly fence: Fence;
  /** Aborted also where the lock is lost. */
  readonly signal: AbortSignal;
}

export interface MailboxInHand extends AccountInHand {
  readonly session: MailboxSession;
  readonly listed: readonly RemoteFolder[];
}

/** Errors name the account. ConfigurationError where it is disabled, suspended or receives nothing; 75 where the lock is held. */
export async function withAccount<T>(
  account: Account,
  neighbours: Neighbours,
  options: FolderOptions,
  work: (at: AccountInHand) => Promise<T>,
): Promise<T> {
  return ofAccount(account, async () => {
    const bound = await usable(account, neighbours);
    return locked(bound, neighbours, options, work);
  });
}

/** Names the account in whatever is thrown. */
export async function ofAccount<T>({ name }: Account, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asPosthornError(thrown);
    error.account ??= name;
    throw error;
  }
}

/** Its state too. ConfigurationError where nobody may log in to it. */
export async function usable(account: Account, neighbours: Neighbours): Promise<BoundAccount> {
  requireUse(account);
  const bound = await bindForUse(account, neighbours);
  requireNoSuspension(bound);
  return bound;
}

/** The same, logged in to its IMAP server. */
export async function withMailbox<T>(
  account: Account,
  neighbours: Neighbours,
  options: FolderOptions,
  work: (at: MailboxInHand) => Promise<T>,
): Promise<T> {
  return withAccount(account, neighbours, options, async (at) => {
    requireNoPause(at.bound, neighbours);
    return inSession(at, async (session) => {
      const { folders: listed } = await session.folders();
      return work({ ...at, session, listed });
    });
  });
}

/** For those who only look: beside whatever else works on the account. */
export async function inSession<T>(
  { bound, neighbours, signal }: Pick<AccountInHand, 'bound' | 'neighbours' | 'signal'>,
  work: (session: MailboxSession) => Promise<T>,
): Promise<T> {
  const session = await connectMailbox(bound.account, bound.id, neighbours, signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function locked<T>(
  bound: BoundAccount,
  neighbours: Neighbours,
  { settings, waitMs, signal }: FolderOptions,
  work: (at: AccountInHand) => Promise<T>,
): Promise<T> {
  const fenceAbove = bound.state.fence;
  const lock = await neighbours.lock.acquire(`account-${bound.id}`, { waitMs, signal, fenceAbove });
  try {
    const fence = { accountId: bound.id, number: lock.fence };
    const either = AbortSignal.any([signal, lock.lost]);
    return await work({ bound, neighbours, settings, fence, signal: either });
  } finally {
    await lock.release();
  }
}

function requireUse({ name, enabled, receive }: Account): void {
  if (!enabled)
    throw new ConfigurationError('it is disabled, nothing was done', {
      remedy: `Run: posthorn account enable ${name}`,
    });
  if (!receive)
    throw new ConfigurationError('it does not receive, so it has no folders', {
      remedy: `Run: posthorn account edit ${name} --receive`,
    });
}

function requireNoSuspension({ account, state }: BoundAccount): void {
  if (state.suspended === null) return;
  throw new ConfigurationError(`it is suspended (${state.suspended.why}), nothing was done`, {
    remedy: `Run: posthorn account enable ${account.name}`,
  });
}
