/** Brings one folder up to date: makes it known, and hands it to its protocol. */

import { localPath } from '../../core/sync/folder-name.ts';
import type { KnownFolder, RemoteFolder } from '../../core/sync/message.ts';
import { remember, type FolderRun } from './folder-run.ts';
import type { FolderReport } from './report.ts';
import { refuseNewUidValidity, syncImapFolder } from './sync-imap-folder.ts';
import { maildropOf, syncMaildrop } from './sync-maildrop.ts';

/** Syncs one folder; what it did stands in `report`, also when it throws. `known` is what the state held of it. */
export async function syncFolder(
  run: FolderRun,
  remote: RemoteFolder,
  known: KnownFolder | undefined,
  report: FolderReport,
): Promise<void> {
  const status = await run.session.open(remote);
  const isMaildrop = run.account.type === 'pop3';
  const uidValidity = isMaildrop ? maildropOf(run.account) : status.uidValidity;
  const folder = known ?? newFolder(run, remote, uidValidity);
  if (!isMaildrop) refuseNewUidValidity(folder, uidValidity);
  await run.tree.ensureFolder(folder.localPath);
  if (known === undefined) await remember(run, folder);
  if (isMaildrop) await syncMaildrop(run, folder, uidValidity, report);
  else await syncImapFolder(run, folder, status, report);
}

function newFolder(run: FolderRun, remote: RemoteFolder, uidValidity: string): KnownFolder {
  return {
    path: remote.path,
    localPath: localPath(remote.segments, run.settings.layout),
    role: remote.role,
    uidValidity,
    settledUid: 0,
  };
}
