/** An account as it would be loaded after an edit, with all defaults: what is tested is what is saved. */

import type { Config } from '../../config/read/config.ts';
import { previewConfig } from '../../config/edit/save.ts';
import type { Account } from '../../core/account/account.ts';
import { InternalError } from '../../errors.ts';

/** ConfigurationError where the file would not hold. */
export async function previewAccount(
  config: Config,
  edit: (text: string) => string,
  name: string,
): Promise<Account> {
  const account = (await previewConfig(config.location, edit)).accounts.get(name);
  if (account === undefined) throw new InternalError('the account is not in its own file');
  return account;
}
