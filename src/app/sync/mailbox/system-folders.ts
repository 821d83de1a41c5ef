/** Makes the folders that an account lacks on its server (`incoming.createSystemFolders`); what is refused is told, no more. */

import type { Account } from '../../../core/account/account.ts';
import type { RemoteFolder } from '../../../core/sync/remote.ts';
import { missingSystemFolders } from '../../../core/sync/system-folders.ts';
import { asPosthornError } from '../../../errors.ts';
import type { MailboxSession } from '../../../ports/receiving/mailbox-source.ts';

export interface SystemFolders {
  /** As the server has them now. */
  readonly folders: readonly RemoteFolder[];
  readonly created: readonly string[];
  readonly warnings: readonly string[];
  /** The server's list could be read whole. */
  readonly isWhole: boolean;
}

/** Lists the folders, after making what is missing where the account wants that. Throws where the session is broken. */
export async function foldersWithRoles(
  session: MailboxSession,
  account: Account,
): Promise<SystemFolders> {
  const { folders, warnings: unread } = await session.folders();
  const warnings = [...unread];
  const isWhole = unread.length === 0;
  if (account.incoming?.createSystemFolders !== true)
    return { folders, created: [], warnings, isWhole };
  const prefix = await session.personalPrefix();
  const created: string[] = [];
  for (const { role, path } of missingSystemFolders(folders, account.folders, prefix))
    try {
      await session.createFolder(path, role);
      created.push(path);
    } catch (thrown) {
      warnings.push(refusal(thrown));
    }
  const now = created.length === 0 ? folders : (await session.folders()).folders;
  return { folders: now, created, warnings, isWhole };
}

/** What reaches further than the one folder – a lost connection, a bug – is not the folder's. */
function refusal(thrown: unknown): string {
  const error = asPosthornError(thrown);
  if (error.reach !== 'folder') throw error;
  return error.message;
}
