/** The folder table of an account: as the last sync left it, or as its server has it now. */

import type { Account } from '../../core/account/account.ts';
import type { Settings } from '../../core/account/settings.ts';
import { remoteSegments } from '../../core/sync/folder-name.ts';
import type { RemoteFolder, Role } from '../../core/sync/remote.ts';
import { StorageError } from '../../errors.ts';
import type { MailTree } from '../../ports/receiving/mail-store.ts';
import type { AccountState } from '../../ports/state-store.ts';
import { lookUpState } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';
import { maildropPath } from '../sync/maildrop/retrieve-mail.ts';

export interface ListedFolder {
  readonly account: string;
  readonly role: Role | null;
  /** The server's name. */
  readonly remote: string;
  /** Absolute directory of the Maildir folder; null where the folder is not kept here. */
  readonly path: string | null;
  /** Here; on the server where it is not kept here. Null where nobody knows. */
  readonly total: number | null;
  readonly unread: number | null;
  /** When the account was synced last without an error, in milliseconds since the epoch; null: never, or not kept here. */
  readonly lastSync: number | null;
  /** Null where the server was not asked, or does not say. */
  readonly subscribed: boolean | null;
}

interface Known {
  readonly path: string;
  readonly role: Role | null;
  readonly localPath: string;
}

/** In the order of their names, INBOX first; asks no server. An account that was never synced has none. StorageError where its disk is away. */
export async function listFolders(
  account: Account,
  { state, store }: Pick<Neighbours, 'state' | 'store'>,
  { layout }: Pick<Settings, 'layout'>,
): Promise<ListedFolder[]> {
  const known = await lookUpState(state, account);
  if (known?.root == null) return [];
  const tree = await store.open(account.path, known.id).catch((thrown: unknown) => {
    if (thrown instanceof StorageError) thrown.account ??= account.name;
    throw thrown;
  });
  const maildrop = await state.maildrop(known.id);
  const folders =
    account.type === 'pop3'
      ? await foldersHere(tree, maildrop?.localPath ?? null, layout)
      : await state.folders(known.id);
  const sorted = [...folders].sort(inboxFirst);
  return Promise.all(sorted.map((folder) => counted(account, known, tree, folder)));
}

async function counted(
  { name }: Account,
  { lastSuccess }: AccountState,
  tree: MailTree,
  { path: remote, role, localPath }: Known,
): Promise<ListedFolder> {
  const { total = null, unread = null } = (await tree.count(localPath)) ?? {};
  const path = tree.directory(localPath);
  return {
    account: name,
    role,
    remote,
    path,
    total,
    unread,
    lastSync: lastSuccess,
    subscribed: null,
  };
}

/** POP3 knows one folder; the others are here alone. */
async function foldersHere(
  tree: MailTree,
  inbox: string | null,
  layout: Settings['layout'],
): Promise<Known[]> {
  const others = (await tree.folders(layout)).filter((each) => each !== inbox);
  return [
    ...(inbox === null ? [] : [{ path: maildropPath, role: 'inbox' as const, localPath: inbox }]),
    ...others.map((localPath) => {
      const path = remoteSegments(localPath, layout)?.join('/') ?? localPath;
      return { path, role: null, localPath };
    }),
  ];
}

/** What is kept here beside what the server has, by name. */
export function withServer(
  account: string,
  here: readonly ListedFolder[],
  there: readonly RemoteFolder[],
): ListedFolder[] {
  const kept = new Map(here.map((each) => [each.remote, each]));
  const listed = there.map(({ path, role, subscribed, status }): ListedFolder => {
    const known = kept.get(path);
    kept.delete(path);
    if (known !== undefined) return { ...known, role, subscribed };
    const nothing = { path: null, unread: null, lastSync: null };
    return { account, role, remote: path, total: status?.exists ?? null, subscribed, ...nothing };
  });
  return [...listed, ...kept.values()].sort((one, other) =>
    inboxFirst({ ...one, path: one.remote }, { ...other, path: other.remote }),
  );
}

function inboxFirst(
  one: { readonly path: string; readonly role: Role | null },
  other: { readonly path: string; readonly role: Role | null },
): number {
  if ((one.role === 'inbox') !== (other.role === 'inbox')) return one.role === 'inbox' ? -1 : 1;
  return one.path < other.path ? -1 : 1;
}
