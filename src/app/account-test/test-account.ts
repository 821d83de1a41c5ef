/** `account test`: tries receiving and sending, layer by layer, and says what failed and what to check. */

import type { Account } from '../../core/account/account.ts';
import type { AccountTest } from './account-test.ts';
import { serverTests, type Testing, type TestObserver } from './trial.ts';

/** Never throws. `accountId` finds stored secrets; both servers are tried at once, even where the first fails. */
export async function testAccount(
  account: Account,
  accountId: string,
  neighbours: Testing,
  signal: AbortSignal,
  observe?: TestObserver,
): Promise<AccountTest> {
  const servers = await Promise.all(
    serverTests({ account, accountId, neighbours, signal, observe }, {}),
  );
  return { account: account.name, servers, roundTrip: null };
}
