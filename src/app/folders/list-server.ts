/** The folders of an IMAP account as its server has them now. */

import type { Account } from '../../core/account/account.ts';
import type { FolderListing, RemoteFolder } from '../../core/sync/remote.ts';
import { asPosthornError } from '../../errors.ts';
import type { MailboxSession } from '../../ports/receiving/mailbox-source.ts';
import type { Neighbours } from '../neighbours.ts';
import { requireNoPause } from '../sync/sync-account.ts';
import { inSession, ofAccount, usable } from './account-in-hand.ts';

/** Takes no lock: nothing is changed. Folders that are not kept here come with their status, where the server tells it. */
export async function listServerFolders(
  account: Account,
  neighbours: Neighbours,
  kept: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<FolderListing> {
  return ofAccount(account, async () => {
    const bound = await usable(account, neighbours);
    requireNoPause(bound, neighbours);
    return inSession({ bound, neighbours, signal }, async (session) => {
      const { folders, warnings } = await session.folders();
      const asked: RemoteFolder[] = [];
      for (const each of folders)
        asked.push(kept.has(each.path) ? each : await withStatus(session, each));
      return { folders: asked, warnings };
    });
  });
}

async function withStatus(session: MailboxSession, folder: RemoteFolder): Promise<RemoteFolder> {
  if (!folder.selectable || folder.status !== null) return folder;
  try {
    return { ...folder, status: await session.status(folder.path) };
  } catch (thrown) {
    if (asPosthornError(thrown).reach !== 'folder') throw thrown;
    return folder;
  }
}
