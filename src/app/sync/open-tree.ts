/** Opens the Maildir tree of an account, or makes it at the first use. */

import type { MailTree } from '../../ports/mail-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

/**
 * A root that was made once must be there; only an account that has none yet makes one (design rule 7). Mail that a person has
 * moved is known at its new place by the marker. The state is read afresh, since another use case may have made the root meanwhile.
 */
export async function openTree(
  { account, id, state: known }: BoundAccount,
  { store, state }: Pick<Neighbours, 'store' | 'state'>,
): Promise<MailTree> {
  const current = (await state.account(id)) ?? known;
  const isMade = current.root !== null;
  const tree = await (isMade ? store.open(account.path, id) : store.create(account.path, id));
  if (current.root === account.path) return tree;
  const change = { kind: 'account', account: { ...current, root: account.path } } as const;
  await state.commit([change], 'durable');
  return tree;
}
