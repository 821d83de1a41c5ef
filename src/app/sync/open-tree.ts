/** Opens the Maildir tree of an account, or makes it at the first use. */

import type { Account } from '../../core/account/account.ts';
import { StorageError } from '../../errors.ts';
import type { MailTree } from '../../ports/mail-store.ts';
import type { AccountState } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

/**
 * A root that was made once must be there; only an account that has none yet makes one (design rule 7). The state is read
 * afresh, since another use case may have made the root meanwhile.
 */
export async function openTree(
  { account, id, state: known }: BoundAccount,
  { store, state }: Pick<Neighbours, 'store' | 'state'>,
): Promise<MailTree> {
  const current = (await state.account(id)) ?? known;
  if (current.root !== null) return openRoot(account, current, store);
  const tree = await store.create(account.path, id);
  const change = { kind: 'account', account: { ...current, root: account.path } } as const;
  await state.commit([change], 'durable');
  return tree;
}

/**
 * The tree at the account's path. A rename that was killed between moving the mail and renaming the account has left it where
 * the state says that it was going; the markers tell.
 */
export async function openRoot(
  { path }: Pick<Account, 'path'>,
  { id, root, movingTo }: AccountState,
  store: Neighbours['store'],
): Promise<MailTree> {
  if (movingTo === undefined || root !== path) return store.open(path, id);
  return store.open(path, id).catch(async (thrown: unknown) => {
    if (!(thrown instanceof StorageError)) throw thrown;
    return store.open(movingTo, id).catch(() => {
      throw thrown;
    });
  });
}
