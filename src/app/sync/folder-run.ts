/** What all folders of one run share, and what each does with the state. */

import type { Account } from '../../core/account/account.ts';
import type { KnownFolder, KnownMessage } from '../../core/sync/message.ts';
import type { RetryPolicy } from '../../core/sync/plan-imap.ts';
import type { Settings } from '../../core/account/settings.ts';
import type { Watermark } from '../../core/sync/watermark.ts';
import type { MailTree } from '../../ports/mail-store.ts';
import type { MailboxSession } from '../../ports/mailbox-source.ts';
import type { Neighbours } from '../neighbours.ts';
import type { FolderReport } from './report.ts';
import type { TransferTarget } from './transfer.ts';

/** What stays the same for all folders of one run. */
export interface FolderRun {
  readonly account: Account;
  readonly accountId: string;
  readonly settings: Settings;
  readonly session: MailboxSession;
  /** Called where the session is fit for close() alone from now on. */
  readonly onBrokenOff: () => void;
  readonly tree: MailTree;
  readonly neighbours: Pick<Neighbours, 'state' | 'clock'>;
  readonly retry: RetryPolicy;
  readonly progress: (report: FolderReport) => void;
}

export async function remember(
  { neighbours, accountId }: FolderRun,
  folder: KnownFolder,
): Promise<void> {
  await neighbours.state.commit([{ kind: 'folder', accountId, folder }], 'durable');
}

/** What the state holds above the UID; -1: all of it. */
export async function knownMessages(
  { neighbours, accountId }: FolderRun,
  folder: KnownFolder,
  aboveUid: number,
): Promise<Map<string, KnownMessage>> {
  const known = new Map<string, KnownMessage>();
  for await (const page of neighbours.state.messages(accountId, folder.path, aboveUid))
    for (const message of page) known.set(message.id, message);
  return known;
}

export function transferTarget(
  { accountId, tree, neighbours, onBrokenOff, progress }: FolderRun,
  folder: KnownFolder,
  watermark: Watermark | null,
  report: FolderReport,
): TransferTarget {
  const { state, clock } = neighbours;
  return { accountId, tree, state, clock, folder, watermark, report, onBrokenOff, progress };
}
