/** IMAP: fetches what is new above the settled UID, page by page, and what failed before. */

import type { FolderStatus, KnownFolder, RemoteMessage } from '../../core/sync/message.ts';
import type { FetchOperation } from '../../core/sync/operation.ts';
import { planImapPage, planRetries } from '../../core/sync/plan-imap.ts';
import { Watermark } from '../../core/sync/watermark.ts';
import { TemporaryError } from '../../errors.ts';
import { knownMessages, remember, transferTarget, type FolderRun } from './folder-run.ts';
import type { FolderReport } from './report.ts';
import { transfer, type TransferTarget } from './transfer.ts';

/** RFC 9051 2.3.1.1: with a new UIDVALIDITY the UIDs that we know mean nothing. */
export function refuseNewUidValidity(folder: KnownFolder, uidValidity: string): void {
  if (folder.uidValidity === uidValidity) return;
  throw new TemporaryError(
    `the server has numbered the folder anew (UIDVALIDITY ${folder.uidValidity} is now ${uidValidity})`,
    {
      reach: 'folder',
      remedy:
        'Nothing was fetched or deleted in it. If the server was restored, it may come back by itself.',
    },
  );
}

export async function syncImapFolder(
  run: FolderRun,
  folder: KnownFolder,
  status: FolderStatus,
  report: FolderReport,
): Promise<void> {
  const { state } = run.neighbours;
  const watermark = new Watermark(folder.settledUid);
  const target = transferTarget(run, folder, watermark, report);
  const retries = planRetries(await state.quarantined(run.accountId, folder.path), run.retry);
  await transfer(run.session, retries, target);
  if (status.exists === 0 || hasNothingAbove(folder, status)) return;
  await fetchAbove(run, folder, status, target, watermark);
  if (watermark.mark > folder.settledUid)
    await remember(run, { ...folder, settledUid: watermark.mark });
}

function hasNothingAbove(folder: KnownFolder, status: FolderStatus): boolean {
  return status.uidNext !== null && folder.settledUid >= status.uidNext - 1;
}

async function fetchAbove(
  run: FolderRun,
  folder: KnownFolder,
  status: FolderStatus,
  target: TransferTarget,
  watermark: Watermark,
): Promise<void> {
  const known = await knownMessages(run, folder, folder.settledUid);
  for await (const listed of run.session.list(folder.settledUid)) {
    // What came since the folder was opened is the next poll's; a UID out of all bounds would settle the folder for ever.
    const page = listed.filter(({ id }) => Number(id) < (status.uidNext ?? Infinity));
    for (const { id } of page) watermark.expect(Number(id));
    const operations = planImapPage(page, known);
    finishUnplanned(page, operations, watermark);
    await transfer(run.session, operations, target);
  }
}

function finishUnplanned(
  page: readonly RemoteMessage[],
  operations: readonly FetchOperation[],
  watermark: Watermark,
): void {
  const planned = new Set(operations.map(({ message }) => message.id));
  for (const { id } of page) if (!planned.has(id)) watermark.finish(Number(id));
}
