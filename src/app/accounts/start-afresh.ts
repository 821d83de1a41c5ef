/** An endpoint that was changed by hand in the file lifts a suspension, as `account edit` does. */

import { afterEnabling } from '../../core/account/suspension.ts';
import { isOtherEndpoint, incomingFingerprint } from '../../core/account/endpoint-fingerprint.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { bindAccount, type BoundAccount } from './bind-account.ts';

/** bindAccount for use cases that ask the server: what failed at another endpoint is forgotten. */
export async function bindForUse(
  account: BoundAccount['account'],
  neighbours: Parameters<typeof bindAccount>[1],
): Promise<BoundAccount> {
  return afreshAtOtherEndpoint(await bindAccount(account, neighbours), neighbours);
}

async function afreshAtOtherEndpoint(
  bound: BoundAccount,
  { state: store }: { readonly state: StateStore },
): Promise<BoundAccount> {
  const { account, state } = bound;
  if (!isOtherEndpoint(state.failingWay, incomingFingerprint(account))) return bound;
  const afresh = afterEnabling(state);
  await store.commit([{ kind: 'account', account: afresh }], 'durable');
  return { ...bound, state: afresh };
}
