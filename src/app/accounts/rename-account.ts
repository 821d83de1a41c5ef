/** Gives an account another NAME, by one edit of the file: id, state and mail stay. docs/decisions/rename.md has the reasons. */

import type { Account } from '../../core/account/account.ts';
import { TemporaryError } from '../../errors.ts';
import type { HeldLock, Lock } from '../../ports/lock.ts';
import { bindAccount } from './bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

export type Renaming = Pick<Neighbours, 'state' | 'roots' | 'lock' | 'randomBytes'>;

/** What the file must say of the account, so that its new NAME leads to its state and its mail. */
export interface KeptKeys {
  readonly id: string;
  /** Absolute; undefined where nothing needs to be written. */
  readonly path: string | undefined;
}

export interface Rename {
  readonly account: Account;
  /** Where its mail would be by its new NAME; equal to the account's own where it has a `path`. */
  readonly newPath: string;
  /** Renames the key in the file and writes these, in one step. */
  readonly write: (kept: KeptKeys) => Promise<void>;
}

/** Throws before anything has changed. Whoever has read the file before goes on with the same state and the same folder. */
export async function renameAccount(
  { account, newPath, write }: Rename,
  neighbours: Renaming,
): Promise<KeptKeys> {
  const { id } = await bindAccount(account, neighbours);
  const held = await heldBriefly(neighbours.lock, ['daemon', `account-${id}`]);
  try {
    const stays =
      account.path !== newPath && (held.some(isBusy) || (await hasMail(account, id, neighbours)));
    const kept = { id, path: stays ? account.path : undefined };
    await write(kept);
    return kept;
  } finally {
    for (const lock of held) await lock?.release();
  }
}

/** Null for each that another process has: it may be about to make the mail folder by the old NAME. */
async function heldBriefly(lock: Lock, names: readonly string[]): Promise<(HeldLock | null)[]> {
  const held: (HeldLock | null)[] = [];
  for (const name of names) held.push(await lock.acquire(name).catch(nullWhereLocked));
  return held;
}

function nullWhereLocked(thrown: unknown): null {
  if (thrown instanceof TemporaryError) return null;
  throw thrown;
}

function isBusy(held: HeldLock | null): boolean {
  return held === null;
}

/** Also mail that the state knows nothing of, and a folder whose disk is away. */
async function hasMail(
  { path }: Account,
  id: string,
  { state, roots }: Renaming,
): Promise<boolean> {
  const known = await state.account(id);
  return known?.root != null || !(await roots.isFresh(path));
}
