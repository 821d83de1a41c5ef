/** Joins an account of the file with its state: the id that names of files and memory hang on. */

import type { Account } from '../../core/account/account.ts';
import { newAccountId } from '../../core/account/account-id.ts';
import { InternalError } from '../../errors.ts';
import type { AccountState, StateStore } from '../../ports/state-store.ts';
import type { Neighbours } from '../neighbours.ts';

export interface BoundAccount {
  readonly account: Account;
  readonly id: string;
  readonly state: AccountState;
}

/** An account that posthorn has not met yet. */
export function freshState(id: string, name: string): AccountState {
  return {
    id,
    name,
    root: null,
    lastAttempt: null,
    lastSuccess: null,
    failures: 0,
    loginFailures: 0,
    failingSince: null,
    lastError: null,
    suspended: null,
    notBefore: null,
    fence: 0,
  };
}

/**
 * A state in which no NAME leads to an id that the file gives to another account: that one had the NAME before, and was renamed
 * by hand.
 */
export function withoutTakenIds(state: StateStore, accounts: Iterable<Account>): StateStore {
  const taken = new Set(Array.from(accounts).flatMap(({ id }) => id ?? []));
  return {
    ...state,
    accountNamed: (name) => state.accountNamed(name, taken),
    bind: (bindings) => state.bind(bindings, taken),
  };
}

/** The account's state as it stands, for showing alone: nothing is written. */
export async function lookUpState(
  state: StateStore,
  account: Account,
): Promise<AccountState | null> {
  return account.id === undefined ? state.accountNamed(account.name) : state.account(account.id);
}

type Binding = Pick<Neighbours, 'state' | 'randomBytes'>;

/** Finds the account's state or begins one; an account written by hand without an id gets one, bound to its NAME. */
export async function bindAccount(account: Account, neighbours: Binding): Promise<BoundAccount> {
  const { state: store, randomBytes } = neighbours;
  const known = await lookUpState(store, account);
  if (known?.name === account.name) return { account, id: known.id, state: known };
  const { name, id } = account;
  const freshId = id ?? newAccountId(randomBytes);
  const [state] = await store.bind([{ name, id, freshId }], new Set());
  if (state === undefined) throw new InternalError(`the state did not bind ${name}`);
  return { account, id: state.id, state };
}
