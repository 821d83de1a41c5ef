/** `posthorn state rebuild`: forgets what the state has of an account's folders, so that the next sync adopts the mail that is here. */

import { keepsMail, type Account } from '../../core/account/account.ts';
import type { Layout, Settings } from '../../core/account/settings.ts';
import type { AgreedFolder } from '../../core/sync/agreed.ts';
import { remoteSegments } from '../../core/sync/folder-name.ts';
import { ConfigurationError } from '../../errors.ts';
import type { StateChange } from '../../ports/state-store.ts';
import { bindForUse } from '../accounts/start-afresh.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import type { Neighbours } from '../neighbours.ts';

type Care = Pick<Neighbours, 'state' | 'store' | 'lock' | 'randomBytes'>;

export interface Forgotten {
  readonly folders: number;
  readonly messages: number;
}

export interface RebuildOptions {
  readonly settings: Settings;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Takes the root over and forgets the account's folders, in this order: a kill in between leaves a root that is known and a state
 * that still holds. Deletions never come of it, since nothing is agreed any more. Throws ConfigurationError for accounts whose
 * mail can't be told by comparing, StorageError where the root is another's, or away.
 */
export async function forgetFolders(
  account: Account,
  neighbours: Care,
  options: RebuildOptions,
): Promise<Forgotten> {
  refuseUnfit(account);
  const bound = await bindForUse(account, neighbours);
  const { id, state } = bound;
  const { settings, waitMs, signal } = options;
  const fenceAbove = state.fence;
  const lock = await neighbours.lock.acquire(`account-${id}`, { waitMs, signal, fenceAbove });
  try {
    return await forgetLocked(bound, neighbours, settings, lock.fence);
  } finally {
    await lock.release();
  }
}

async function forgetLocked(
  { account, id }: BoundAccount,
  { state, store }: Care,
  { layout }: Settings,
  number: number,
): Promise<Forgotten> {
  const tree = await store.adopt(account.path, id);
  const places = new Set(await tree.folders(layout));
  const folders = await state.folders(id);
  let messages = 0;
  for (const { path } of folders) messages += (await state.agreedUids(id, path, 1)).size;
  const changes: StateChange[] = [
    { kind: 'root', accountId: id, root: account.path },
    ...folders.map(({ path }) => ({ kind: 'folder-forgotten', accountId: id, path }) as const),
    ...folders
      .filter((folder) => places.has(folder.localPath) && !isUsual(folder, layout))
      .map(
        (folder) =>
          ({ kind: 'folder-begun', accountId: id, folder: { ...folder, ...unsettled } }) as const,
      ),
  ];
  await state.commit(changes, 'durable', { accountId: id, number });
  return { folders: folders.length, messages };
}

const unsettled = {
  settledUid: 0,
  uidNext: null,
  exists: null,
  highestModSeq: null,
  stamp: null,
};

/** Whether the folder would be looked for in the same place. Where another program named it, that has to be kept. */
function isUsual({ path, localPath }: AgreedFolder, layout: Layout): boolean {
  const segments = remoteSegments(localPath, layout);
  return segments !== null && ['/', '.', '\\'].some((sign) => segments.join(sign) === path);
}

function refuseUnfit(account: Account): void {
  const { name } = account;
  if (!account.receive || !keepsMail(account))
    throw new ConfigurationError('it keeps no mail here, so there is nothing to rebuild', {
      account: name,
    });
  if (account.type === 'pop3')
    throw new ConfigurationError(
      'a POP3 server tells nothing of a message but its id and its size, by which a file can not be known again',
      {
        account: name,
        remedy:
          'Nothing was changed. Set its `path` to an empty folder, and keep the old one beside it.',
      },
    );
  if (account.sync.direction === 'pull')
    throw new ConfigurationError(
      'with sync.direction pull, files that the state does not know are no business of a sync, so all mail would be fetched again beside them',
      {
        account: name,
        remedy: 'Nothing was changed. Set sync.direction to both for the time of the rebuild.',
      },
    );
}
