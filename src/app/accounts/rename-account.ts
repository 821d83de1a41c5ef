/** Gives an account another NAME, its mail and its state with it, or changes nothing. docs/decisions/rename.md has the reasons. */

import type { Account } from '../../core/account/account.ts';
import { ConfigurationError, StorageError } from '../../errors.ts';
import type { AccountState } from '../../ports/state-store.ts';
import { bindingWaitMs, lookUpState } from './bind-account.ts';
import type { Neighbours } from '../neighbours.ts';
import { lockOutDaemon } from '../sync/without-daemon.ts';

export type Renaming = Pick<Neighbours, 'state' | 'roots' | 'lock'>;

export interface Rename {
  /** As the file has it now, and as it will. Only the mail of an account without a `path` of its own moves: the two then differ. */
  readonly account: Account;
  readonly renamed: Account;
  /** Renames the key in the file, in one step; the id is written with it, where there is one. */
  readonly writeName: (id: string | undefined) => Promise<void>;
}

export interface Renamed {
  readonly id: string | null;
  /** Whether there was mail that moved. */
  readonly moved: boolean;
}

/** A daemon would make the folder of the old name anew. Throws before anything has changed, or after it has been changed back. */
export async function renameAccount(rename: Rename, neighbours: Renaming): Promise<Renamed> {
  const daemon = await lockOutDaemon(neighbours.lock, 'an account cannot be renamed');
  try {
    // Whoever meets the account meanwhile under its old name would begin it anew.
    const binding = await neighbours.lock.acquire('accounts', { waitMs: bindingWaitMs });
    return await renameAlone(rename, neighbours).finally(() => binding.release());
  } finally {
    await daemon.release();
  }
}

async function renameAlone(rename: Rename, neighbours: Renaming): Promise<Renamed> {
  const known = await lookUpState(neighbours.state, rename.account);
  const id = rename.account.id ?? known?.id;
  if (id === undefined) {
    await rename.writeName(undefined);
    return { id: null, moved: false };
  }
  return withoutOthers(id, neighbours, async () => {
    // Read afresh: whoever held the lock may have gone on.
    const state = await neighbours.state.account(id);
    return { id, moved: await moveAll(id, state, rename, neighbours) };
  });
}

/** Neither receiving nor sending may meet the mail half-way. */
async function withoutOthers<T>(
  id: string,
  { lock }: Renaming,
  work: () => Promise<T>,
): Promise<T> {
  const receiving = await lock.acquire(`account-${id}`);
  try {
    const sending = await lock.acquire(`outbox-${id}`);
    try {
      return await work();
    } finally {
      await sending.release();
    }
  } finally {
    await receiving.release();
  }
}

async function moveAll(
  id: string,
  state: AccountState | null,
  { account, renamed, writeName }: Rename,
  neighbours: Renaming,
): Promise<boolean> {
  const from = await whereItIs(id, state, account, neighbours);
  if (from === null || account.path === renamed.path) {
    await writeName(id);
    if (state !== null) await remember(settled(state, renamed, from !== null), neighbours);
    return false;
  }
  if (state === null) throw unknownMail(account);
  // A rename to a third name: what the state remembers must be right at every moment, so it goes back first.
  if (from !== account.path && from !== renamed.path)
    await neighbours.roots.move(from, account.path, id);
  await remember({ ...state, root: account.path, movingTo: renamed.path }, neighbours);
  try {
    if (from !== renamed.path) await neighbours.roots.move(account.path, renamed.path, id);
    await writeName(id);
  } catch (error) {
    await undo(id, state, { account, renamed }, neighbours).catch(() => undefined);
    throw error;
  }
  await remember(settled(state, renamed, true), neighbours);
  return true;
}

/** Where this fails too, the state still says where the mail is. */
async function undo(
  id: string,
  state: AccountState,
  { account, renamed }: Pick<Rename, 'account' | 'renamed'>,
  neighbours: Renaming,
): Promise<void> {
  if (await neighbours.roots.isOurs(renamed.path, id))
    await neighbours.roots.move(renamed.path, account.path, id);
  await remember(settled(state, account, true), neighbours);
}

/** Without state nothing could tell where the mail is, were the rename broken off. */
function unknownMail({ path }: Account): ConfigurationError {
  return new ConfigurationError(`posthorn has no state of the mail in ${path}`, {
    remedy: `Set its \`path\` to ${path}, then rename the account: the mail then stays where it is.`,
  });
}

/** Null where no tree was made yet. A rename that was killed may have left it where it was going. */
async function whereItIs(
  id: string,
  state: AccountState | null,
  { path }: Account,
  { roots }: Renaming,
): Promise<string | null> {
  if (await roots.isOurs(path, id)) return path;
  const { movingTo, root = null } = state ?? {};
  if (movingTo !== undefined && (await roots.isOurs(movingTo, id))) return movingTo;
  if (root === null) return null;
  throw new StorageError(`the mail folder ${path} is missing, or not posthorn's`, {
    remedy: 'Check that its disk is mounted and that `path` is right; nothing was changed.',
  });
}

/** The account under its name, and no move under way. */
function settled(state: AccountState, account: Account, hasMail: boolean): AccountState {
  const { movingTo: _done, ...rest } = state;
  return { ...rest, name: account.name, root: hasMail ? account.path : state.root };
}

/**
 * Completes a rename that was killed after the file had been written: the state alone is behind. False where there is nothing to
 * complete, since the account never had this name.
 */
export async function finishRename(
  account: Account,
  oldName: string,
  neighbours: Renaming,
): Promise<boolean> {
  const state = await lookUpState(neighbours.state, account);
  if (state?.name !== oldName) return false;
  await remember(settled(state, account, state.root !== null), neighbours);
  return true;
}

async function remember(account: AccountState, { state }: Renaming): Promise<void> {
  await state.commit([{ kind: 'account', account }], 'durable');
}
