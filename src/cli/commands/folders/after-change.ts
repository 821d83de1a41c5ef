/** What follows a change on a server: the account is synced, by the daemon where one runs, so that the same is true here. */

import { isReadFromServer } from '../../../app/accounts/read-from-server.ts';
import type { FolderOptions } from '../../../app/folders/account-in-hand.ts';
import type { AccountJson } from '../../../app/sync/report-json.ts';
import type { Config } from '../../../config/read/config.ts';
import type { Account } from '../../../core/account/account.ts';
import type { ExitStatus } from '../../../errors.ts';
import { accountLines, printLine } from '../../sync/sync-text.ts';
import { runSync } from '../../sync/run-sync.ts';
import type { Run } from '../../world.ts';

/** A poll that is under way is waited for; a first sync of hours is not. */
const waitMs = 15_000;

export function folderOptions({ world }: Run, { settings }: Config): FolderOptions {
  return { settings, waitMs, signal: world.signal };
}

/** Null where nothing is kept here. Tells what went wrong, and what came. */
export async function syncAfter(
  run: Run,
  config: Config,
  account: Account,
): Promise<AccountJson | null> {
  if (isReadFromServer(account) || account.type === 'pop3') return null;
  const [report = null] = await runSync(run, config, [account], {
    ...{ send: false, receive: true, full: false, acceptDeletions: false, events: false },
    waitMs,
  });
  for (const line of report === null ? [] : accountLines(report))
    if (line.text !== `${account.name}: nothing new`) printLine(run.output, line);
  return report;
}

export function statusOf(report: AccountJson | null): ExitStatus {
  return (report?.status ?? 0) as ExitStatus;
}
