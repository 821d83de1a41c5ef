/** Parts with an account that the file no longer names: its stored password, and where that was asked for its state and mail. */

import type { Account } from '../../core/account/account.ts';
import { UsageError } from '../../errors.ts';
import { lookUpState } from './bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

/** An account, and the id that its mail, state and passwords hang on: found while the file still names it. */
export interface Belongings {
  readonly account: Pick<Account, 'name' | 'path'>;
  /** Null: posthorn never met it. */
  readonly id: string | null;
}

export async function belongingsOf(
  account: Account,
  { state }: Pick<Neighbours, 'state'>,
): Promise<Belongings> {
  return { account, id: account.id ?? (await lookUpState(state, account))?.id ?? null };
}

/** What an account has left here that the file no longer names: a removal without its mail, or one that was broken off. */
export async function leftBehind(
  name: string,
  { state }: Pick<Neighbours, 'state'>,
): Promise<Belongings | null> {
  const known = await state.accountNamed(name);
  return known?.root == null ? null : { account: { name, path: known.root }, id: known.id };
}

/** UsageError where messages wait in the outbox: they would have no account left to go by. */
export async function refuseQueued(
  accounts: readonly Account[],
  { state, outbox }: Pick<Neighbours, 'state' | 'outbox'>,
): Promise<void> {
  const { entries } = await outbox.list();
  if (entries.length === 0) return;
  for (const account of accounts) {
    const { id } = await belongingsOf(account, { state });
    const waiting = entries.filter(({ accountId }) => accountId === id).length;
    if (waiting > 0)
      throw new UsageError(`${String(waiting)} of its messages still wait in the outbox`, {
        account: account.name,
        remedy: 'See posthorn outbox list; send or cancel them first.',
      });
  }
}

/**
 * Removes mail, then state; resolves with how much that is no mail stays. Call it once the file no longer names the account: half
 * removed, it must not be synced, since what is gone here could then be taken for deleted.
 */
export async function purgeAccount(
  { account, id }: Belongings,
  { state, roots }: Pick<Neighbours, 'state' | 'roots'>,
): Promise<number> {
  if (id === null) return 0;
  const { left } = await roots.purge(account.path, id);
  await state.commit([{ kind: 'account-removed', accountId: id }], 'durable');
  return left;
}
