/** Takes an account back into use: its failures are forgotten, a suspension ends. */

import type { Account } from '../core/account.ts';
import { afterEnabling } from '../core/suspension.ts';
import type { StateStore } from '../ports/state-store.ts';
import { lookUpState } from './bind-account.ts';

export async function resumeAccount(account: Account, state: StateStore): Promise<void> {
  const known = await lookUpState(state, account);
  if (known !== null)
    await state.commit([{ kind: 'account', account: afterEnabling(known) }], 'durable');
}
