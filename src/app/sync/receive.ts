/** Receives the mail of one account: opens its tree, logs in, and hands both to its protocol. */

import type { Settings } from '../../core/account/settings.ts';
import type { SyncPolicy } from '../../core/sync/plan/plan-account.ts';
import type { Fence } from '../../ports/state-store.ts';
import type { BoundAccount } from '../accounts/bind-account.ts';
import { connectMailbox, connectMaildrop } from '../log-in.ts';
import type { Neighbours } from '../neighbours.ts';
import type { AccountRun } from './account-run.ts';
import { openTree } from './open-tree.ts';
import { ReconnectingSession } from './reconnecting-session.ts';
import { emptyFolderReport, type FolderReport, type ReceiveReport } from './report.ts';
import { maildropPath } from './maildrop/retrieve-mail.ts';
import { syncMaildrop } from './maildrop/sync-maildrop.ts';
import { syncMailbox } from './mailbox/sync-mailbox.ts';

export interface ReceiveOptions {
  readonly settings: Settings;
  /** Try again what was left alone, and take afresh what was numbered anew. */
  readonly full: boolean;
  /** What the brake holds back is done. */
  readonly acceptDeletions: boolean;
  /** Of the account's lock. */
  readonly fence: Fence;
  readonly progress: (report: FolderReport) => void;
  readonly signal: AbortSignal;
}

/** Tries of a message that can't be fetched, one a poll, before only `sync --full` asks for it again. */
const maxTries = 3;

export function syncPolicy({
  full,
  acceptDeletions,
}: Pick<ReceiveOptions, 'full' | 'acceptDeletions'>): SyncPolicy {
  return { maxTries, full, acceptDeletions };
}

/** The caller holds the account's lock. Fills `report` as it goes, so that it tells what was done also where this throws. */
export async function receive(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: ReceiveOptions,
  report: ReceiveReport,
): Promise<void> {
  const run = await accountRun(bound, neighbours, options);
  if (bound.account.type === 'pop3') await receiveMaildrop(run, bound, neighbours, options, report);
  else await receiveMailbox(run, bound, neighbours, options, report);
}

async function accountRun(
  bound: BoundAccount,
  neighbours: Neighbours,
  options: ReceiveOptions,
): Promise<AccountRun> {
  const { settings, fence, progress, signal } = options;
  const tree = await openTree(bound, neighbours, fence);
  const { account, id: accountId } = bound;
  const policy = syncPolicy(options);
  return { account, accountId, settings, tree, neighbours, policy, fence, signal, progress };
}

async function receiveMailbox(
  run: AccountRun,
  { account, id }: BoundAccount,
  neighbours: Neighbours,
  { signal }: ReceiveOptions,
  report: ReceiveReport,
): Promise<void> {
  const sessions = new ReconnectingSession(() => connectMailbox(account, id, neighbours, signal));
  try {
    await syncMailbox(run, sessions, report);
  } finally {
    await sessions.close();
  }
}

async function receiveMaildrop(
  run: AccountRun,
  { account, id }: BoundAccount,
  neighbours: Neighbours,
  { signal }: ReceiveOptions,
  report: ReceiveReport,
): Promise<void> {
  const folderReport = emptyFolderReport(maildropPath);
  report.folders.push(folderReport);
  const sessions = new ReconnectingSession(() => connectMaildrop(account, id, neighbours, signal));
  try {
    await syncMaildrop(run, sessions, folderReport);
  } finally {
    await sessions.close();
  }
}
