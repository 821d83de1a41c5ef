/** The folder table of an account as the last sync left it; asks no server. */

import type { Account } from '../../core/account/account.ts';
import type { Role } from '../../core/sync/remote.ts';
import { StorageError } from '../../errors.ts';
import { lookUpState } from '../accounts/bind-account.ts';
import { maildropPath } from './maildrop/retrieve-mail.ts';
import type { Neighbours } from '../neighbours.ts';

export interface ListedFolder {
  readonly account: string;
  readonly role: Role | null;
  /** The server's name. */
  readonly remote: string;
  /** Absolute directory of the Maildir folder. */
  readonly path: string;
  /** Null where the directory is missing. */
  readonly total: number | null;
  readonly unread: number | null;
}

/** In the order of their names, INBOX first. An account that was never synced has none. StorageError where its disk is away. */
export async function listFolders(
  account: Account,
  { state, store }: Pick<Neighbours, 'state' | 'store'>,
): Promise<ListedFolder[]> {
  const known = await lookUpState(state, account);
  if (known?.root == null) return [];
  const tree = await store.open(account.path, known.id).catch((thrown: unknown) => {
    if (thrown instanceof StorageError) thrown.account ??= account.name;
    throw thrown;
  });
  const folders = [...(await knownFolders(known.id, state))].sort(inboxFirst);
  return Promise.all(
    folders.map(async ({ path: remote, role, localPath }) => {
      const counts = await tree.count(localPath);
      const { total = null, unread = null } = counts ?? {};
      return {
        account: account.name,
        role,
        remote,
        path: tree.directory(localPath),
        total,
        unread,
      };
    }),
  );
}

async function knownFolders(
  id: string,
  state: Neighbours['state'],
): Promise<readonly { path: string; role: Role | null; localPath: string }[]> {
  const maildrop = await state.maildrop(id);
  if (maildrop === null) return state.folders(id);
  return [{ path: maildropPath, role: 'inbox', localPath: maildrop.localPath }];
}

function inboxFirst(one: { path: string; role: Role | null }, other: typeof one): number {
  if ((one.role === 'inbox') !== (other.role === 'inbox')) return one.role === 'inbox' ? -1 : 1;
  return one.path < other.path ? -1 : 1;
}
