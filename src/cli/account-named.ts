/** Finds an account by its NAME. */

import { UsageError } from '../errors.ts';

/** UsageError (64) with the nearest names where there is no such account. */
export function accountNamed<A>(
  config: { readonly accounts: ReadonlyMap<string, A> },
  name: string,
): A {
  const account = config.accounts.get(name);
  if (account !== undefined) return account;
  const known = [...config.accounts.keys()];
  const remedy =
    known.length === 0
      ? 'There is none yet: posthorn account add'
      : `There are: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`;
  throw new UsageError(`there is no account "${name}"`, { remedy });
}
