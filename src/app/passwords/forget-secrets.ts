/** Forgets passwords that nobody will ask for again: of accounts that are no more, and those that come from elsewhere now. */

import type { Account } from '../../core/account/account.ts';
import type { Secrets } from '../../ports/accounts/secrets.ts';
import { lookUpState } from '../accounts/bind-account.ts';
import { keptPlace } from './kept-places.ts';
import type { Neighbours } from '../neighbours.ts';

/** Those of all of them, whatever stands in the way of one; throws the first of it at the end of `meanwhile`. */
export async function forgetSecrets(
  accountIds: readonly string[],
  { forget }: Pick<Secrets, 'forget'>,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const failed: unknown[] = [];
  for (const id of accountIds)
    await forget(id).catch((error: unknown) => {
      failed.push(error);
    });
  await meanwhile();
  if (failed.length > 0) throw failed[0];
}

/**
 * What posthorn kept for the account as it was, and no longer keeps. Called once the configuration says so; a keyring that is out
 * of reach keeps it, and it goes with the account.
 */
export async function forgetUnused(
  before: Account | undefined,
  after: Account,
  { secrets, state }: Pick<Neighbours, 'secrets' | 'state'>,
): Promise<void> {
  if (before === undefined) return;
  for (const server of ['incoming', 'outgoing', 'certificate'] as const) {
    const place = keptPlace(before, server);
    if (place === null || keptPlace(after, server) !== null) continue;
    const accountId = after.id ?? (await lookUpState(state, after))?.id;
    if (accountId !== undefined)
      await secrets.drop({ accountId, server }, place).catch(() => undefined);
  }
}
