/** Opens the Maildir tree of an account, or makes it at the first use. */

import type { MailTree } from '../../ports/receiving/mail-store.ts';
import type { Fence } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

/**
 * A root that was made once must be there; only an account that has none yet makes one (design rule 7). One that a person has
 * moved is known again by its marker. The state is read afresh, since another use case may have made the root meanwhile.
 */
export async function openTree(
  { account, id, state: known }: BoundAccount,
  { store, state }: Pick<Neighbours, 'store' | 'state'>,
  fence?: Fence,
): Promise<MailTree> {
  const current = (await state.account(id)) ?? known;
  const tree = await (current.root === null
    ? store.create(account.path, id)
    : store.open(account.path, id));
  if (current.root === account.path) return tree;
  await state.commit([{ kind: 'root', accountId: id, root: account.path }], 'durable', fence);
  return tree;
}
