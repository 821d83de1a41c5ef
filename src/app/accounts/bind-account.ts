/** Joins an account of the file with its state: the id that names of files and memory hang on. */

import type { Account } from '../../core/account/account.ts';
import { newAccountId } from '../../core/account/account-id.ts';
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
  };
}

/**
 * A state in which no NAME leads to an id that the file gives to another account: that one had the NAME before, and was renamed
 * by hand.
 */
export function withoutTakenIds(state: StateStore, accounts: Iterable<Account>): StateStore {
  const taken = new Set(Array.from(accounts).flatMap(({ id }) => id ?? []));
  return { ...state, accountNamed: (name) => state.accountNamed(name, taken) };
}

/** The account's state as it stands, for showing alone: nothing is written. */
export async function lookUpState(
  state: StateStore,
  account: Account,
): Promise<AccountState | null> {
  return account.id === undefined ? state.accountNamed(account.name) : state.account(account.id);
}

type Binding = Pick<Neighbours, 'state' | 'randomBytes' | 'lock'>;

/** How long to wait for whoever gives an id; it takes moments. */
const bindingWaitMs = 10_000;

/** Finds the account's state or begins one; an account written by hand without an id gets one, bound to its NAME. */
export async function bindAccount(account: Account, neighbours: Binding): Promise<BoundAccount> {
  const known = await lookUpState(neighbours.state, account);
  if (known?.name === account.name) return { account, id: known.id, state: known };
  const lock = await neighbours.lock.acquire('accounts', { waitMs: bindingWaitMs });
  try {
    return await bindLocked(account, neighbours);
  } finally {
    await lock.release();
  }
}

/** Under a lock and with a second look: two processes that meet an account first must not give it two ids. */
async function bindLocked(account: Account, neighbours: Binding): Promise<BoundAccount> {
  const known = await lookUpState(neighbours.state, account);
  const id = account.id ?? known?.id ?? newAccountId(neighbours.randomBytes);
  const state = known === null ? freshState(id, account.name) : { ...known, name: account.name };
  await neighbours.state.commit([{ kind: 'account', account: state }], 'durable');
  return { account, id, state };
}
