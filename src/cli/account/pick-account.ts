/** The one account that is meant: named, the only one, or picked from a list on a terminal. */

import type { Config } from '../../config/read/config.ts';
import type { Account } from '../../core/account/account.ts';
import { UsageError } from '../../errors.ts';
import { canAsk, choose } from '../terminal/prompt.ts';
import { accountNamed } from '../account-named.ts';
import { oneAccount } from '../session.ts';
import { printable } from '../../printable.ts';
import type { Run } from '../world.ts';

export async function accountToAsk(
  run: Run,
  config: Config,
  name: string | undefined,
  question: string,
): Promise<Account> {
  if (name !== undefined || config.accounts.size < 2) return oneAccount(config, name);
  if (!canAsk(run))
    throw new UsageError('several accounts could be meant', { remedy: 'Name one.' });
  const choices = [...config.accounts.values()].map((account) => ({
    value: account.name,
    name: printable(`${account.name} (${account.identity.address})`),
  }));
  return accountNamed(config, await choose(run, question, choices));
}
