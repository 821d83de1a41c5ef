/** Begins an account: its NAME and its id. */

import type { Account } from '../../core/account/account.ts';
import { newAccountId } from '../../core/account/account-id.ts';
import { accountNameFault, accountNameFor } from '../../core/account/account-name.ts';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { Neighbours } from '../neighbours.ts';

/** The NAME that was given, or one made of the address; UsageError where it cannot be one, ConfigurationError where it is taken. */
export function chooseAccountName(
  given: string | undefined,
  address: string | undefined,
  taken: ReadonlySet<string>,
): string {
  if (given === undefined) {
    if (address !== undefined) return accountNameFor(address, taken);
    throw new UsageError('neither a NAME nor an address was given', {
      remedy: 'Add --email ADDRESS.',
    });
  }
  const fault = accountNameFault(given);
  if (fault !== undefined) throw new UsageError(`the name "${given}" ${fault}`);
  if (taken.has(given))
    throw new ConfigurationError(`the account \`${given}\` exists already`, {
      reach: 'program',
      remedy: `Choose another name, or change it: posthorn account edit ${given}`,
    });
  return given;
}

/** An id that none of the accounts has. */
export function chooseAccountId(
  accounts: Iterable<Account>,
  { randomBytes }: Pick<Neighbours, 'randomBytes'>,
): string {
  const taken = new Set(Array.from(accounts).flatMap(({ id }) => id ?? []));
  return newAccountId(randomBytes, taken);
}

/** Ids of new accounts by NAME, the same answer for the same NAME; none that is taken, none twice. */
export function accountIds(
  accounts: Iterable<Account>,
  { randomBytes }: Pick<Neighbours, 'randomBytes'>,
): (name: string) => string {
  const taken = new Set(Array.from(accounts).flatMap(({ id }) => id ?? []));
  const given = new Map<string, string>();
  return (name) => {
    const id = given.get(name) ?? newAccountId(randomBytes, taken);
    given.set(name, id);
    taken.add(id);
    return id;
  };
}
