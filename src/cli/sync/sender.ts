/** Which account sends, where none or one is named. */

import type { SendingAccount } from '../../core/outbox/senders.ts';
import { UsageError } from '../../errors.ts';
import { accountNamed } from '../account-named.ts';

/** The account named, or the default one, or the only one that sends. */
export function sender<A extends SendingAccount>(
  config: {
    readonly accounts: ReadonlyMap<string, A>;
    readonly defaultAccount?: string | undefined;
  },
  name: string | undefined,
): A {
  const chosen = name ?? config.defaultAccount;
  if (chosen !== undefined) return accountNamed(config, chosen);
  const [only, ...others] = [...config.accounts.values()].filter(
    (each) => each.send && each.enabled,
  );
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined)
    throw new UsageError('there is no account that sends', { remedy: 'Run: posthorn account add' });
  throw new UsageError('several accounts could send, and none is the default', {
    remedy: 'Name one with --from, or set it with: posthorn account default NAME',
  });
}
