/** Ids that posthorn gave to accounts which were written by hand without one. */

import type { Account } from '../../core/account/account.ts';
import type { StateStore } from '../../ports/state-store.ts';

/** By NAME; an account that was never polled has none yet. */
export async function idsInState(
  accounts: Iterable<Account>,
  state: StateStore,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { id, name } of accounts) {
    const known = id === undefined ? await state.accountNamed(name) : null;
    if (known !== null) found.set(name, known.id);
  }
  return found;
}
