/** Takes an account back into use: its failures are forgotten, a suspension ends. */

import type { Account } from '../../core/account/account.ts';
import { afterEnabling, goodSending } from '../../core/account/suspension.ts';
import type { StateChange, StateStore } from '../../ports/state-store.ts';
import { lookUpState } from './bind-account.ts';

/** Resolves with the account's id where it, or its sending, was suspended; else with null. */
export async function resumeAccount(account: Account, state: StateStore): Promise<string | null> {
  const known = await lookUpState(state, account);
  if (known === null) return null;
  const changes: StateChange[] = [{ kind: 'account', account: afterEnabling(known) }];
  if (known.sending !== undefined)
    changes.push({ kind: 'sending', accountId: known.id, sending: goodSending });
  await state.commit(changes, 'durable');
  return (known.suspended ?? known.sending?.suspended ?? null) === null ? null : known.id;
}
